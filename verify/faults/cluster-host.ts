import { setTimeout as sleep } from 'node:timers/promises';
import { viewOf, type Claim } from '../../libs/cache/src/store/redis/cluster/cluster-view.js';
import { shardOf, shardTags, slotOf } from '../../libs/cache/src/store/redis/cluster/shard-tags.js';
import {
  startCluster,
  type ClusterServer,
  type RedisCluster,
} from '../../test/servers/redis-cluster.js';
import { withFourthMaster } from './fourth-master.js';
import { manageCluster, placeOf } from './redis-cli.js';
import { MissedStrikeError, oneOf } from './stage.js';
import type { Outage, StoreHost } from './store-host.js';
import type { Random } from '../support/seeded-random.js';

/** Few enough that each fault strikes one that is read. */
const SHARDS = 12;
const SLOTS = shardTags(SHARDS).map(slotOf);
/** Some of every master's slots. */
const EVENLY = Array.from({ length: 32 }, (_, n) => n * 512);
const shardOfUsuario = (usuario: number): number => shardOf(`stats:user:${usuario}`, SHARDS);

/** Three masters with a replica each. */
export class ClusterHost implements StoreHost {
  #outages: Outage[] = [];

  private constructor(
    readonly cluster: RedisCluster,
    private readonly now: () => number,
  ) {}

  static async start(this: void, now: () => number): Promise<ClusterHost> {
    return new ClusterHost(await startCluster(), now);
  }

  get ports(): readonly number[] {
    return this.cluster.addresses.map(({ port }) => port);
  }

  variables(proxyPorts: readonly number[]): Readonly<Record<string, string>> {
    const reached = proxyPorts.map((port) => `127.0.0.1:${port}`);
    return {
      REDIS_CLUSTER: reached.join(','),
      REDIS_CLUSTER_MAP: this.ports.map((port, n) => `127.0.0.1:${port}>${reached[n]}`).join(','),
      REDIS_CLUSTER_SHARDS: String(SHARDS),
    };
  }

  takeOutages(): readonly Outage[] {
    return this.#outages.splice(0);
  }

  close(): Promise<void> {
    return this.cluster.stop();
  }

  /** A slot that has names, whichever subject's, and its owner. */
  async anySlot(random: Random): Promise<{ slot: number; master: ClusterServer }> {
    const master = oneOf(random, [...new Set(await this.#owners())]);
    const name = await master.command('RANDOMKEY');
    if (typeof name !== 'string') throw new MissedStrikeError('a master has no names', 0);
    const slot = Number(await master.command('CLUSTER', 'KEYSLOT', name));
    return { slot, master: await this.cluster.ownerOf(slot) };
  }

  /** A master other than this one, with shards or without. */
  async otherMaster(random: Random, master: ClusterServer): Promise<ClusterServer> {
    const owners = new Set(await Promise.all(EVENLY.map((slot) => this.cluster.ownerOf(slot))));
    owners.delete(master);
    return oneOf(random, [...owners]);
  }

  /**
   * Looks, while all nodes answer, which shards a master has; the returned function notes that these are
   * unavailable while something lasts.
   */
  async outageOf(master: ClusterServer): Promise<(lasts: () => Promise<unknown>) => Promise<void>> {
    const owners = await this.#owners();
    const concerns = (usuario: number): boolean => owners[shardOfUsuario(usuario)] === master;
    return async (lasts) => {
      const begin = this.now();
      await lasts();
      this.#outages.push({ begin, end: this.now(), concerns });
    };
  }

  /** Resolves when a replica has taken over by itself. @throws Error when it does not */
  async untilPromoted(replica: ClusterServer, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!String(await replica.command('INFO', 'replication')).includes('role:master')) {
      if (performance.now() > end) throw new MissedStrikeError('no replica took over', withinMs);
      await sleep(20);
    }
  }

  /**
   * Begins to move a slot, and strikes when the first name has travelled; the move is given up and
   * settled by `redis-cli --cluster fix`.
   */
  async strikeDuringMove(
    slot: number,
    to: ClusterServer,
    strike: () => Promise<void>,
  ): Promise<void> {
    const givenUp = new Error('the move was given up');
    const pace = async (): Promise<void> => {
      await strike();
      throw givenUp;
    };
    try {
      await this.cluster.move(slot, to, { batch: 1, pace });
      throw new MissedStrikeError('the slot had no names', 0);
    } catch (error) {
      if (error !== givenUp) throw error;
    }
    await this.#settle(slot);
    await this.cluster.heal();
  }

  /** See {@link withFourthMaster}. */
  withFourthMaster(meanwhile: (movedMs: readonly number[]) => Promise<void>): Promise<void> {
    return withFourthMaster(this.cluster, SLOTS, meanwhile);
  }

  #owners(): Promise<ClusterServer[]> {
    return Promise.all(SLOTS.map((slot) => this.cluster.ownerOf(slot)));
  }

  /** As an operator does by the guide on scaling. */
  async #settle(slot: number): Promise<void> {
    const owner = await this.#selfSaidOwner(slot);
    // The tool moves nothing while a master is unavailable.
    await this.cluster.revive(owner);
    try {
      await manageCluster(['fix', placeOf(owner)]);
    } catch (error) {
      // It compares values by a command that servers refuse without `enable-debug-command`.
      if (!/different values|Value check failed/.test(String(error))) throw error;
      // The owner may have lost what the other node's cursor stands for.
      const held = (await owner.command(
        'CLUSTER',
        'GETKEYSINSLOT',
        String(slot),
        '100000',
      )) as string[];
      if (held.length > 0) await owner.command('UNLINK', ...held);
      await manageCluster(['fix', placeOf(owner)]);
    }
  }

  /** By what masters say of themselves: one that imports a slot does not learn of a new owner. */
  async #selfSaidOwner(slot: number): Promise<ClusterServer> {
    const running = this.cluster.nodes.filter(({ server }) => server.pid !== undefined);
    for (const node of running) {
      const { claims } = viewOf(String(await node.command('CLUSTER', 'NODES')), node.address);
      if (claims.some((claim) => claim.id === node.id && covers(claim, slot))) return node;
    }
    throw new Error('no master owns the slot');
  }
}

const covers = ({ first, last }: Claim, slot: number): boolean => first <= slot && slot <= last;
