import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { CacheAdapter } from './adapter.js';
import { HistoryWriter, RECORD, REST, WRITE } from '../support/history.js';
import { isStateOf, keyOf, patternOf, PERIODS, rowsOf, stateOf } from './keyspace.js';
import type { Random } from '../support/seeded-random.js';
import { seededRandom, zipf } from '../support/seeded-random.js';
import type { StatesTable } from './states-table.js';
import type { WorkerSetup } from './worker-messages.js';

const SKEW = 0.99;
/** Shares of the kinds of invalidation; the rest are single keys. */
const PATTERN_SHARE = 0.35;
const CLEAR_SHARE = 0.002;
const RETRY_MS = 5;

/** What one process does: readers and writers in closed loops, each recorded. */
export class Workload {
  readonly #history: HistoryWriter;
  readonly #rows: number;
  #running = true;

  constructor(
    private readonly setup: WorkerSetup,
    private readonly cache: CacheAdapter,
    private readonly table: StatesTable,
  ) {
    this.#history = new HistoryWriter(setup.historyPath);
    this.#rows = setup.users * PERIODS.length;
  }

  /** Runs for so many seconds, and resolves when the last call has been answered. */
  async run(now: () => number, seconds: number): Promise<void> {
    const { index, seed, readers, writers } = this.setup;
    const loops = [
      ...Array.from({ length: readers }, (_, n) =>
        this.#read(now, n, seededRandom(seed + 7_919 * index + 104_729 * n)),
      ),
      ...Array.from({ length: writers }, (_, n) =>
        this.#write(now, n, seededRandom(~seed + 7_919 * index + 104_729 * n)),
      ),
    ];
    await sleep(seconds * 1_000);
    this.#running = false;
    await Promise.all(loops);
    await this.#history.close();
  }

  /** How many keys do not show their row's last state now that writes have ended. */
  async countStuck(): Promise<number> {
    const versions = await this.table.versions();
    let stuck = 0;
    for (let row = 0; row < this.#rows; row++) {
      const value = await this.cache.get(keyOf(row), async () =>
        stateOf(row, await this.table.versionOf(row)),
      );
      if (!isStateOf(value, row) || value.version !== versions.get(row)) stuck++;
    }
    return stuck;
  }

  async #read(now: () => number, reader: number, random: Random): Promise<void> {
    const { thinkMs } = this.setup;
    const draw = zipf(this.#rows, SKEW, random);
    while (this.#running) {
      const row = draw();
      const load = (): Promise<unknown> => this.#load(row, now, random);
      // A request begins in a turn of its own; what is answered from memory would not let others be.
      await (thinkMs > 0 ? sleep(2 * thinkMs * random()) : immediate());
      const begin = now();
      try {
        const value = await this.cache.get(keyOf(row), load);
        if (isStateOf(value, row)) {
          this.#history.add(RECORD.read, row, value.version, begin, now(), reader);
        } else {
          this.#history.add(RECORD.wrong, row, 0, begin, now(), reader);
        }
      } catch {
        this.#history.add(RECORD.failure, row, 0, begin, now(), reader);
      }
    }
  }

  /** The state at the beginning, handed over when a slow query would be done: 1–10 ms, or 80–200. */
  async #load(row: number, now: () => number, random: Random): Promise<unknown> {
    const begin = now();
    const version = await this.table.versionOf(row);
    await sleep(random() < 0.02 ? 80 + 120 * random() : 1 + 9 * random());
    this.#history.add(RECORD.load, row, version, begin, now(), 0);
    return stateOf(row, version);
  }

  /**
   * Every row has one writer: the states of a row are numbered in the order of their commits, and
   * the invalidation of one is acknowledged before the next one is written.
   */
  async #write(now: () => number, loop: number, random: Random): Promise<void> {
    const { index, processes, writers, restMs } = this.setup;
    const lane = loop * processes + index;
    const lanes = processes * writers;
    const mine = Array.from({ length: this.setup.users }, (_, user) => user).filter(
      (user) => user % lanes === lane,
    );
    if (mine.length === 0) throw new Error('more writers than usuarios');
    const draw = zipf(mine.length, SKEW, random);
    while (this.#running) {
      if (restMs > 0) await sleep(2 * restMs * random());
      const user = mine[draw()] ?? 0;
      const choice = random();
      if (choice < CLEAR_SHARE) {
        await this.#change(now, rowsOf(user), WRITE.clear, () => this.cache.clear());
      } else if (choice < CLEAR_SHARE + PATTERN_SHARE) {
        const pattern = patternOf(user);
        await this.#change(now, rowsOf(user), WRITE.pattern, () =>
          this.cache.invalidatePattern(pattern),
        );
      } else {
        const row = rowsOf(user)[Math.floor(random() * PERIODS.length)] ?? 0;
        await this.#change(now, [row], WRITE.key, () => this.cache.invalidateKey(keyOf(row)));
      }
    }
  }

  async #change(
    now: () => number,
    rows: readonly number[],
    kind: number,
    invalidate: () => Promise<void>,
  ): Promise<void> {
    const states = await this.table.advance(rows);
    const begin = now();
    for (;;) {
      try {
        await invalidate();
        break;
      } catch {
        this.#history.add(RECORD.retry, rows[0] ?? 0, 0, begin, now(), kind);
        await sleep(RETRY_MS);
      }
    }
    const end = now();
    states.forEach(({ row, version }, at) => {
      this.#history.add(RECORD.write, row, version, begin, end, at === 0 ? kind : kind + REST);
    });
  }
}
