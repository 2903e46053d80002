import { CacheEngine, FreshnessGuard, RedisStore, silentLog } from '@gad/cache/store';
import type { Random } from '../support/seeded-random.js';
import { seededRandom } from '../support/seeded-random.js';
import type { DumpedKey } from './lease-snapshot.js';
import { ModelLog } from './model-log.js';
import type { Program } from './program.js';
import { PREFIX } from './names.js';
import { KEY_NAMES } from './program.js';
import type { SharedServer } from './scheduled-client.js';
import { ScheduledClient } from './scheduled-client.js';
import { Scheduler } from './scheduler.js';
import { Source } from './source.js';
import { VirtualClock } from './virtual-clock.js';
import type { Wires } from './wires.js';

/** What an episode found; the first of these ends it. */
export class ModelViolation extends Error {}

/** Turns of the scheduler. */
const OPENS_WITHIN = 10_000;
const LIMITS = { deadlineMs: 50, leaseWaitMs: 5_000, maxValueBytes: 1_048_576 };

/** Several processes of a simulated fleet over one real Redis, under one scheduler. */
export class World {
  readonly random: Random;
  readonly clock = new VirtualClock();
  readonly scheduler: Scheduler;
  readonly source: Source;
  readonly caches: readonly CacheEngine[];
  readonly #clients: ScheduledClient[] = [];
  readonly #server: SharedServer = { down: undefined };
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
    this.log = program.log ? new ModelLog(this.scheduler) : undefined;
    this.caches = Array.from({ length: processes }, (_, process) => this.#engine(process));
  }

  async open(): Promise<void> {
    await this.wires.command('FLUSHALL');
    let open = 0;
    const opening = this.caches.map((cache) => cache.open().then(() => open++));
    for (let turns = 0; open < opening.length && turns < OPENS_WITHIN; turns++) {
      await this.scheduler.turn();
    }
    if (open < opening.length) throw new ModelViolation('the stores never open');
    await Promise.all(opening);
  }

  async close(): Promise<void> {
    await Promise.all(this.caches.map((cache) => cache.store.close()));
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
    const down = restore().finally(() => (this.#server.down = undefined));
    this.#server.down = down;
    await down;
  }

  #engine(process: number): CacheEngine {
    const { clock, scheduler, random, wires } = this;
    const { overtaking, declared, leaseMs } = this.program;
    const scripts = declared ? 'declared' : undefined;
    let clients = 0;
    const store = new RedisStore({
      settings: { url: 'redis://scheduled/0', scripts },
      prefix: PREFIX,
      logger: silentLog,
      clock,
      makeClient: () => {
        const name = `p${process}${clients++ % 2 === 0 ? '' : 's'}`;
        const wire = wires.wire(process);
        const manners = { overtaking, random, server: this.#server };
        const client = new ScheduledClient(name, scheduler, wire, manners);
        this.#clients.push(client);
        return client;
      },
    });
    const limits = { ...LIMITS, leaseMs };
    const common = { store, clock, logger: silentLog, random };
    const { log } = this;
    // Real and virtual time differ, so nothing here can rest on how long a lease lasts.
    const freshness =
      log &&
      new FreshnessGuard({ ...common, relayStore: store.relayStore, log, consistency: 'bounded' });
    return new CacheEngine({ ...common, prefix: PREFIX, limits, freshness });
  }
}
