import type { RedisClient } from '@gad/cache/store';
import {
  CacheEngine,
  FreshnessGuard,
  RedisStore,
  ShardedFreshness,
  ShardedStore,
  silentLog,
} from '@gad/cache/store';
import type { Random } from '../support/seeded-random.js';
import { seededRandom } from '../support/seeded-random.js';
import type { DumpedKey } from './lease-snapshot.js';
import { ModelCluster } from './model-cluster.js';
import { ModelLog } from './model-log.js';
import type { Program } from './program.js';
import { Parts, PREFIX, SHARDS } from './parts.js';
import { KEY_NAMES } from './program.js';
import type { SharedServer } from './scheduled-client.js';
import { ScheduledClient } from './scheduled-client.js';
import { Scheduler } from './scheduler.js';
import { Source } from './source.js';
import { VirtualClock } from './virtual-clock.js';
import type { Wire, Wires } from './wires.js';

/** What an episode found; the first of these ends it. */
export class ModelViolation extends Error {}

/** Turns of the scheduler. */
const ENDS_WITHIN = 10_000;
const LIMITS = { deadlineMs: 50, leaseWaitMs: 5_000, maxValueBytes: 1_048_576 };

/** Several processes of a simulated fleet over one real Redis, or a Cluster made of it, under one scheduler. */
export class World {
  readonly random: Random;
  readonly clock = new VirtualClock();
  readonly scheduler: Scheduler;
  readonly source: Source;
  readonly caches: readonly CacheEngine[];
  readonly #clients: ScheduledClient[] = [];
  readonly #server: SharedServer = { down: undefined };
  readonly parts: Parts;
  /** Absent in programs with one server. */
  readonly cluster: ModelCluster | undefined;
  /** Absent in programs without a log. */
  readonly log: ModelLog | undefined;
  /** Of an older time, for a server that is restored: leases, or with a log everything. */
  dump: DumpedKey[] = [];
  /** Whether a server came back with old values: until they are applied anew, readers see them. */
  hasOldValues = false;

  constructor(
    readonly wires: Wires,
    readonly program: Program,
  ) {
    this.random = seededRandom(program.schedule);
    const { clockBias, slow, keys, processes } = program;
    this.scheduler = new Scheduler(this.random, this.clock, clockBias, slow);
    this.source = new Source(KEY_NAMES.slice(0, keys));
    this.parts = new Parts(program.cluster);
    this.cluster = program.cluster ? new ModelCluster(this.scheduler) : undefined;
    this.log = program.log ? new ModelLog(this.scheduler) : undefined;
    this.caches = Array.from({ length: processes }, (_, process) => this.#engine(process));
  }

  async open(): Promise<void> {
    await this.wires.command('FLUSHALL');
    await this.#goOnUntil(this.caches.map((cache) => cache.open()));
  }

  async close(): Promise<void> {
    await this.#goOnUntil(this.caches.map((cache) => cache.store.close()));
  }

  async #goOnUntil(ends: readonly Promise<void>[]): Promise<void> {
    let ended = false;
    const all = Promise.all(ends).finally(() => (ended = true));
    for (let turns = 0; !ended && turns < ENDS_WITHIN; turns++) await this.scheduler.turn();
    if (!ended) throw new ModelViolation('the stores never open or close');
    await all;
  }

  /** Breaks the connections of one process, or of all. */
  drop(process?: number): void {
    for (const client of this.#clients) {
      if (process === undefined || client.name.startsWith(`p${process}`)) client.drop();
    }
  }

  /** Resolves when the server is there. Meanwhile the schedule stands still: turns cost no time. */
  async serverIsUp(): Promise<void> {
    await this.#server.down;
  }

  /** The server ends, all connections with it, and comes back as `restore` makes it. */
  async restart(restore: () => Promise<void>): Promise<void> {
    for (const client of this.#clients) client.bury();
    await this.whileDown(restore);
  }

  /** Nothing else happens until this has been done to the server. */
  async whileDown(change: () => Promise<void>): Promise<void> {
    const down = change().finally(() => (this.#server.down = undefined));
    this.#server.down = down;
    await down;
  }

  #engine(process: number): CacheEngine {
    const { clock, random, log, program, cluster } = this;
    const limits = { ...LIMITS, leaseMs: program.leaseMs };
    const common = { clock, logger: silentLog, random };
    const engine = { ...common, prefix: PREFIX, limits };
    // Real and virtual time differ, so nothing here can rest on how long a lease lasts.
    const proof = { ...common, consistency: 'bounded' } as const;
    if (cluster === undefined) {
      const store = this.#redisStore(process);
      const { relayStore } = store;
      const freshness = log && new FreshnessGuard({ ...proof, store, relayStore, log });
      return new CacheEngine({ ...engine, store, freshness });
    }
    const store = this.#shardedStore(process, cluster);
    const freshness = log && new ShardedFreshness({ ...proof, shards: store.shards, log });
    return new CacheEngine({ ...engine, store, freshness });
  }

  #redisStore(process: number): RedisStore {
    const { clock, wires, program } = this;
    const scripts = program.declared ? 'declared' : undefined;
    let clients = 0;
    return new RedisStore({
      settings: { url: 'redis://scheduled/0', scripts },
      ...{ prefix: PREFIX, logger: silentLog, clock },
      makeClient: () =>
        this.#client(`p${process}${clients++ % 2 === 0 ? '' : 's'}`, wires.wire(process)),
    });
  }

  #shardedStore(process: number, cluster: ModelCluster): ShardedStore {
    const { clock, wires } = this;
    let clients = 0;
    return new ShardedStore({
      settings: { cluster: { nodes: cluster.nodes, shards: SHARDS } },
      ...{ prefix: PREFIX, logger: silentLog, clock },
      makeClient: (_settings, { port }) =>
        this.#client(`p${process}:${clients++}`, cluster.wire(port, wires.wire(process))),
    });
  }

  #client(name: string, wire: Wire): RedisClient {
    const { random, scheduler, program } = this;
    const manners = { overtaking: program.overtaking, random, server: this.#server };
    const client = new ScheduledClient(name, scheduler, wire, manners);
    this.#clients.push(client);
    return client;
  }
}
