import { setTimeout as sleep } from 'node:timers/promises';
import { FakeLog } from '../../libs/cache/test/support/fake-log.js';
import type { ClusterProcess } from './subjects.js';

/** How much is read and written. */
export interface WorldSizes {
  /** Loops of each process. */
  readonly readers: number;
  readonly users: number;
}

export interface WorldFigures {
  readonly reads: number;
  readonly hits: number;
  /** Reads of less than what was acknowledged before they began. */
  readonly stale: number;
  readonly writes: number;
  readonly failures: number;
  readonly writeMs: { readonly p50: number; readonly p99: number };
}

const PERIODS = [7, 30];
const READER_REST_MS = 5;
const WRITER_REST_MS = 30;

const keyOf = (user: number, period: number): string => `stats:user:${user}:days:${period}`;

/** The database: a number for each user, which each write raises, and the log of the writes. */
export class World {
  readonly log = new FakeLog();
  readonly #values = new Map<number, number>();
  readonly #acknowledged = new Map<number, number>();
  readonly #writing = new Set<number>();
  readonly #writeMs: number[] = [];
  #reads = 0;
  #hits = 0;
  #stale = 0;
  #writes = 0;
  #failures = 0;

  constructor(private readonly sizes: WorldSizes) {}

  async run(caches: readonly ClusterProcess[], over: () => boolean): Promise<void> {
    const loops = caches.flatMap((cache) => [
      this.#loop(over, WRITER_REST_MS, () => this.#write(cache)),
      ...Array.from({ length: this.sizes.readers }, () =>
        this.#loop(over, READER_REST_MS, () => this.#read(cache)),
      ),
    ]);
    await Promise.all(loops);
  }

  figures(): WorldFigures {
    const sorted = this.#writeMs.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    return {
      ...{ reads: this.#reads, hits: this.#hits, stale: this.#stale, writes: this.#writes },
      ...{ failures: this.#failures, writeMs: { p50: at(0.5), p99: at(0.99) } },
    };
  }

  /** Keys that are served with another value than the last one. */
  async countStuck(cache: ClusterProcess | undefined): Promise<number> {
    let stuck = 0;
    for (let user = 0; user < this.sizes.users; user++) {
      for (const period of PERIODS) {
        const found = await cache?.get(keyOf(user, period), () => Promise.resolve(undefined));
        if (found !== undefined && found !== this.#value(user)) stuck++;
      }
    }
    return stuck;
  }

  async #loop(over: () => boolean, restMs: number, step: () => Promise<void>): Promise<void> {
    while (!over()) {
      await step().catch((error: unknown) => {
        if (this.#failures++ === 0) console.error('the first failure:', error);
      });
      await sleep(Math.random() * 2 * restMs);
    }
  }

  async #read(cache: ClusterProcess): Promise<void> {
    const user = this.#anyUser();
    const least = this.#acknowledged.get(user) ?? 0;
    let hit = true;
    const found = await cache.get(keyOf(user, PERIODS[this.#reads % 2] ?? 0), async () => {
      hit = false;
      const value = this.#value(user);
      await sleep(Math.random() * 4);
      return value;
    });
    this.#reads++;
    if (hit) this.#hits++;
    if (Number(found) < least) this.#stale++;
  }

  /** Acknowledged when its invalidation is; further writes need not wait for that. */
  #write(cache: ClusterProcess): Promise<void> {
    const user = this.#anyUser();
    if (this.#writing.has(user)) return Promise.resolve();
    this.#writing.add(user);
    const value = this.#value(user) + 1;
    this.#values.set(user, value);
    const position = this.log.append(`stats:user:${user}:*`);
    const committedAt = performance.now();
    const keys = PERIODS.map((period) => keyOf(user, period));
    void cache
      .invalidate(`stats:user:${user}:*`, keys, { position, committedAt })
      .then(() => {
        this.#acknowledged.set(user, value);
        this.#writes++;
        this.#writeMs.push(performance.now() - committedAt);
      })
      .catch(() => this.#failures++)
      .finally(() => this.#writing.delete(user));
    return Promise.resolve();
  }

  #value(user: number): number {
    return this.#values.get(user) ?? 0;
  }

  /** Some users are asked for more often than others. */
  #anyUser(): number {
    return Math.floor(Math.random() ** 2 * this.sizes.users);
  }
}
