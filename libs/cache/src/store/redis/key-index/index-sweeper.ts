import { CacheUnavailableError } from '../../../cache-errors.js';
import type { Clock } from '../../../clock.js';
import { pause } from '../../../clock.js';
import type { KeyLayout } from '../key-layout.js';
import { FIRST_MEMBER } from '../key-layout.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { asBytes, asList, asNumber } from '../replies.js';
import { SWEEP, SWEEP_SAMPLE } from '../scripts/compiled-scripts.js';

const CHECK_MS = 500;
/** Number of expiries of this process's own values after which it samples the index. */
const EXPIRIES_PER_SAMPLE = 1_000;
/** Maximum time between samples, in milliseconds: values of other processes expire, too. */
const SAMPLE_ANYWAY_MS = 60_000;
const SAMPLE = 128;
/** Share of dead members in a sample above which the whole index is scanned. */
const DEAD_SHARE = 1 / 8;
const PAGE = 500;
/** Pause between pages in milliseconds, so that a long scan uses about half of Redis's capacity. */
const BREATH_MS = 2;
/** Later expiries are left to the regular samples, which bounds the calendar. */
const HORIZON_MS = 3_600_000;

/**
 * Drops index members whose keys no longer exist. Removals delete their members, and additions
 * check a few others; the rest are keys that expired or were evicted.
 *
 * Reading the index counts as a keyspace hit of the server, so the sweeper does not poll: each
 * process keeps a calendar of the expiries of its values, samples the index after every thousand of
 * them, and scans all of it only if an eighth of the sample is dead.
 */
export class IndexSweeper {
  /** Expiries by second of the clock. */
  readonly #calendar = new Map<number, number>();
  #expired = 0;
  #checkedSecond: number;
  #sampledAt: number;
  #stopped = false;
  #cancelCheck: (() => void) | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly clock: Clock,
    private readonly withinMs: number,
  ) {
    this.#sampledAt = clock.now();
    this.#checkedSecond = Math.floor(clock.now() / 1_000);
  }

  /** Records a stored value that will expire. */
  expectExpiry(ttlMs: number): void {
    if (ttlMs > HORIZON_MS) return;
    const second = Math.ceil((this.clock.now() + ttlMs) / 1_000);
    this.#calendar.set(second, (this.#calendar.get(second) ?? 0) + 1);
  }

  start(): void {
    this.#cancelCheck = this.clock.after(CHECK_MS, () => {
      void this.#check().then(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelCheck?.();
  }

  async #check(): Promise<void> {
    const now = this.clock.now();
    const second = Math.floor(now / 1_000);
    while (this.#checkedSecond < second) {
      const due = ++this.#checkedSecond;
      this.#expired += this.#calendar.get(due) ?? 0;
      this.#calendar.delete(due);
    }
    const due = this.#expired >= EXPIRIES_PER_SAMPLE || now - this.#sampledAt > SAMPLE_ANYWAY_MS;
    if (!due || !this.connection.connected) return;
    try {
      if (await this.#sampleIsDead()) await this.#walk();
      this.#expired = 0;
      this.#sampledAt = this.clock.now();
    } catch (error) {
      // The next check tries again.
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }

  async #sampleIsDead(): Promise<boolean> {
    const args = [this.layout.prefix, String(SAMPLE)];
    const reply = await this.connection.run(SWEEP_SAMPLE, [this.layout.index], args, this.withinMs);
    const [seen, dropped] = asList(reply);
    return asNumber(dropped) > asNumber(seen) * DEAD_SHARE;
  }

  async #walk(): Promise<void> {
    let min = FIRST_MEMBER;
    while (!this.#stopped) {
      const reply = await this.connection.run(
        SWEEP,
        [this.layout.index],
        [this.layout.prefix, min, String(PAGE)],
        this.withinMs,
        'guarded',
        'sendForBytes',
      );
      const [members, , last] = asList(reply);
      if (asNumber(members) < PAGE) return;
      min = Buffer.concat([Buffer.from('('), asBytes(last)]);
      await pause(this.clock, BREATH_MS);
    }
  }
}
