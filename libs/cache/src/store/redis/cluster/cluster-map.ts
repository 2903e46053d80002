import type { Clock } from '../../../clock.js';
import type { RedisClient } from '../connection/redis-client.js';
import { Deadlines } from '../../deadlines.js';
import type { RedisNode } from '../connection/redis-settings.js';
import { hostInUrl } from '../connection/redis-settings.js';
import type { ClusterView } from './cluster-view.js';
import { viewOf } from './cluster-view.js';
import { SharedClient } from './shared-client.js';

/** Collaborators of the map. */
export interface ClusterMapParts {
  readonly seeds: readonly RedisNode[];
  /** The slots that are looked for, in ascending order. */
  readonly slots: readonly number[];
  readonly makeClient: (node: RedisNode) => RedisClient;
  /** Maps an announced address to one that can be reached. */
  readonly mapAddress: (node: RedisNode) => RedisNode;
  readonly clock: Clock;
}

/** A node of the Cluster, with the connections that its shards share. */
export class ClusterNode {
  #commands: SharedClient | undefined;
  #messages: SharedClient | undefined;

  constructor(
    readonly id: string,
    /** `host:port`, as in a URL. */
    readonly address: string,
    private readonly make: () => SharedClient,
  ) {}

  get commands(): SharedClient {
    return (this.#commands ??= this.make());
  }

  get messages(): SharedClient {
    return (this.#messages ??= this.make());
  }

  destroy(): void {
    this.#commands?.destroy();
    this.#messages?.destroy();
  }
}

interface Owner {
  readonly id: string;
  readonly epoch: number;
}

/** How often all nodes are asked while each slot has an owner, in milliseconds, and while one has none. */
const WATCH_MS = 250;
const SEEK_MS = 50;
/** Timeout of an answer, in milliseconds. */
const ANSWER_MS = 250;
/** A node without an answer for this long, in milliseconds, is connected to anew. */
const MUTE_MS = 1_000;

interface Asked {
  readonly at: RedisNode;
  readonly client: SharedClient;
  lastSign: number;
}

/**
 * Who owns the slots: all known nodes are asked, and for each slot the claim with the highest
 * configuration epoch counts, however many repeat an older one. A claim older than one that was seen does
 * not count as long as the newer owner is known at all: its node lags behind.
 *
 * A slot that a node imports from another one than its owner was torn by a failover of the source: its
 * keys lie on two nodes and the new owner does not know. It has no owner until an operator settles it.
 */
export class ClusterMap {
  readonly #parts: ClusterMapParts;
  readonly #deadlines: Deadlines;
  readonly #asked = new Map<string, Asked>();
  readonly #nodes = new Map<string, ClusterNode>();
  #owners: ReadonlyMap<number, Owner> = new Map();
  #torn: ReadonlySet<number> = new Set();
  #followed: ReadonlySet<string> = new Set();
  readonly #listeners = new Set<() => void>();
  #cancel: () => void = () => undefined;
  #looking = false;
  #again = false;
  #closed = true;
  /** Whether a server said that it belongs to no Cluster, and none that it does. */
  #refused = false;
  #looked: () => void = () => undefined;

  constructor(parts: ClusterMapParts) {
    this.#parts = parts;
    this.#deadlines = new Deadlines(parts.clock);
  }

  get isNoCluster(): boolean {
    return this.#refused && this.#owners.size === 0;
  }

  /** How many masters that own a slot have no replica. */
  get alone(): number {
    const masters = new Set([...this.#owners.values()].map(({ id }) => id));
    return [...masters].filter((id) => !this.#followed.has(id)).length;
  }

  /** The owner of a slot; `undefined` while it has none. */
  ownerOf(slot: number): ClusterNode | undefined {
    const owner = this.#torn.has(slot) ? undefined : this.#owners.get(slot);
    return owner && this.#nodes.get(owner.id);
  }

  /** The node that announces this address; `undefined` for one that is not known. */
  nodeAt(announced: RedisNode): ClusterNode | undefined {
    const address = nameOf(this.#parts.mapAddress(announced));
    return [...this.#nodes.values()].find((node) => node.address === address);
  }

  /** Registers a callback for changes of owners; the returned function removes it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Starts asking; resolves after the first answer or refusal. The caller has to bound the wait. */
  open(): Promise<void> {
    this.#closed = false;
    const looked = new Promise<void>((resolve) => (this.#looked = resolve));
    for (const seed of this.#parts.seeds) this.#ask(seed);
    void this.#look();
    return looked;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    for (const { client } of this.#asked.values()) client.destroy();
    for (const node of this.#nodes.values()) node.destroy();
    this.#asked.clear();
    this.#nodes.clear();
    this.#owners = new Map();
  }

  /** Asks at once: an owner has gone or refused. */
  lookNow(): void {
    if (this.#closed) return;
    if (this.#looking) this.#again = true;
    else void this.#look();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#cancel();
    const answers = await Promise.all([...this.#asked.values()].map((node) => this.#view(node)));
    this.#looking = false;
    if (this.#closed) return;
    const views = answers.filter((view) => view !== undefined);
    if (views.length > 0) this.#learn(views);
    if (views.length > 0 || this.#refused) this.#looked();
    const whole = this.#parts.slots.every((slot) => this.ownerOf(slot) !== undefined);
    const pauseMs = this.#again || !whole ? SEEK_MS : WATCH_MS;
    this.#again = false;
    // Jitter, so that processes do not ask at the same moments.
    const inMs = pauseMs * (0.75 + Math.random() / 2);
    this.#cancel = this.#parts.clock.after(inMs, () => void this.#look());
  }

  async #view(asked: Asked): Promise<ClusterView | undefined> {
    const { client, at } = asked;
    const { clock } = this.#parts;
    if (!client.isReady) {
      client.suspect();
      return undefined;
    }
    try {
      const reply = await this.#deadlines.bound(
        client.client.send(['CLUSTER', 'NODES']),
        ANSWER_MS,
      );
      asked.lastSign = clock.now();
      return viewOf(String(reply), at);
    } catch (error) {
      if (String(error).includes('cluster support disabled')) this.#refused = true;
      if (clock.now() - asked.lastSign > MUTE_MS) {
        asked.lastSign = clock.now();
        client.renew();
      }
      return undefined;
    }
  }

  #learn(views: readonly ClusterView[]): void {
    const known = new Map(views.flatMap(({ addresses }) => [...addresses]));
    for (const [id, announced] of known) this.#know(id, announced);
    this.#forget(known);
    const owners = new Map<number, Owner>();
    for (const claim of views.flatMap(({ claims }) => claims)) {
      for (const slot of this.#slotsWithin(claim.first, claim.last)) {
        if (claim.epoch > (owners.get(slot)?.epoch ?? -1)) owners.set(slot, claim);
      }
    }
    for (const [slot, before] of this.#owners) {
      const older = (owners.get(slot)?.epoch ?? -1) < before.epoch;
      if (older && known.has(before.id)) owners.set(slot, before);
    }
    const imports = views.flatMap((view) => [...view.imports]);
    this.#owners = owners;
    this.#followed = new Set(views.flatMap(({ followed }) => [...followed]));
    this.#torn = new Set(
      imports.filter(([slot, from]) => owners.get(slot)?.id !== from).map(([slot]) => slot),
    );
    for (const listener of [...this.#listeners]) listener();
  }

  #slotsWithin(first: number, last: number): readonly number[] {
    return this.#parts.slots.filter((slot) => slot >= first && slot <= last);
  }

  #know(id: string, announced: RedisNode): void {
    const { mapAddress, makeClient, clock } = this.#parts;
    const at = mapAddress(announced);
    const address = nameOf(at);
    this.#ask(at);
    const node = this.#nodes.get(id);
    if (node?.address === address) return;
    node?.destroy();
    const make = (): SharedClient => new SharedClient(() => makeClient(at), clock);
    this.#nodes.set(id, new ClusterNode(id, address, make));
  }

  #forget(known: ReadonlyMap<string, RedisNode>): void {
    for (const [id, node] of this.#nodes) {
      if (known.has(id)) continue;
      node.destroy();
      this.#nodes.delete(id);
    }
    const kept = new Set([...this.#nodes.values()].map(({ address }) => address));
    for (const seed of this.#parts.seeds) kept.add(nameOf(seed));
    for (const [name, { client }] of this.#asked) {
      if (kept.has(name)) continue;
      client.destroy();
      this.#asked.delete(name);
    }
  }

  #ask(at: RedisNode): void {
    const { makeClient, clock } = this.#parts;
    if (this.#asked.has(nameOf(at))) return;
    const client = new SharedClient(() => makeClient(at), clock);
    const asked = { at, client, lastSign: clock.now() };
    client.follow((event) => {
      if (event !== 'ready') return;
      asked.lastSign = clock.now();
      if (this.#owners.size === 0) this.lookNow();
    });
    this.#asked.set(nameOf(at), asked);
  }
}

const nameOf = ({ host, port }: RedisNode): string => `${hostInUrl(host)}:${port}`;
