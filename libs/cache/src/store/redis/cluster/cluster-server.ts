import { unlessUnavailable } from '../../../cache-errors.js';
import type { ServerFacts, ServerPlace, StoreMaster, StoreServer } from '../../store-server.js';
import type { ClusterSettings, RedisNode } from '../connection/redis-settings.js';
import { hostInUrl } from '../connection/redis-settings.js';
import type { RedisStore } from '../redis-store.js';
import { placeOf } from '../server/server-place.js';
import type { ClusterNode } from './cluster-map.js';
import type { ShardMap } from './shard-map.js';

/** Collaborators of a Cluster's servers. */
export interface ClusterServerParts {
  readonly settings: ClusterSettings;
  readonly shards: ShardMap<RedisStore>;
  readonly ownerOf: (shard: number) => ClusterNode | undefined;
}

/** Fields of `INFO` that are sums over all masters. */
const SUMS = ['used_memory', 'maxmemory', 'evicted_keys'] as const;

/** The masters of a Cluster, as the doctor looks at them; notes are kept by the first shard's. */
export class ClusterServer implements StoreServer {
  readonly watch: StoreServer['watch'];
  readonly examine: StoreServer['examine'];

  constructor(private readonly parts: ClusterServerParts) {
    const { server } = parts.shards.store(0);
    this.watch = server.watch.bind(server);
    this.examine = server.examine.bind(server);
  }

  get place(): ServerPlace {
    const { settings, ownerOf } = this.parts;
    const [first = { host: 'localhost', port: 6_379 }] = settings.cluster.nodes;
    return placeIn(ownerOf(0)?.address ?? nameOf(first), settings);
  }

  get outage(): string | undefined {
    return this.parts.shards.store(0).server.outage;
  }

  /** Of the first master, with the sums of all for memory, its limit, evictions and keys. */
  async info(): Promise<ReadonlyMap<string, string> | undefined> {
    const masters = [...this.#shardsByOwner().values()];
    const infos = await Promise.all(
      masters.map(([shard = 0]) => this.parts.shards.store(shard).server.info()),
    );
    const known = infos.filter((info) => info !== undefined);
    const [first] = known;
    if (first === undefined || known.length < infos.length) return undefined;
    const sum = (read: (info: ReadonlyMap<string, string>) => number): string =>
      String(known.reduce((total, info) => total + read(info), 0));
    const keys = sum((info) => Number(/keys=(\d+)/.exec(info.get('db0') ?? '')?.[1] ?? 0));
    const sums = SUMS.map((name) => [name, sum((info) => Number(info.get(name)))] as const);
    return new Map([...first, ...sums, ['db0', `keys=${keys}`]]);
  }

  masters(): readonly StoreMaster[] {
    const { settings, shards } = this.parts;
    return [...this.#shardsByOwner()].map(([{ address }, own]) => {
      const { server } = shards.store(own[0] ?? 0);
      return {
        node: address,
        place: placeIn(address, settings),
        outage: server.outage,
        examine: (keys) => this.#examine(server, own, keys),
      };
    });
  }

  /** By one of its shards; how many keys the cache has is estimated from that one's. */
  async #examine(
    server: RedisStore['server'],
    own: readonly number[],
    keys: readonly string[],
  ): Promise<ServerFacts> {
    const { shards } = this.parts;
    const facts = await server.examine([]);
    const wanted = keys.filter((key) => own.includes(shards.of(key)));
    const found = await unlessUnavailable(
      shards.ask(wanted, (store, some) => store.describeMany(some), 'all'),
    );
    const sizes = (found ?? []).flatMap((each) =>
      each === undefined ? [] : [[each.key, each.bytes] as const],
    );
    const { sample } = facts;
    const members = sample?.members === undefined ? undefined : sample.members * shards.all.length;
    return { ...facts, sizes: new Map(sizes), sample: sample && { ...sample, members } };
  }

  #shardsByOwner(): ReadonlyMap<ClusterNode, readonly number[]> {
    const shards = new Map<ClusterNode, number[]>();
    for (const shard of this.parts.shards.all.keys()) {
      const owner = this.parts.ownerOf(shard);
      if (owner !== undefined) shards.set(owner, [...(shards.get(owner) ?? []), shard]);
    }
    return shards;
  }
}

const nameOf = ({ host, port }: RedisNode): string => `${hostInUrl(host)}:${port}`;

/** Of a node, for what an operator would type; how it is started the Cluster's operator knows. */
function placeIn(address: string, { tls = false, username }: ClusterSettings): ServerPlace {
  const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
  const place = placeOf({ url: `${tls ? 'rediss' : 'redis'}://${user}${address}` });
  return { ...place, start: undefined };
}
