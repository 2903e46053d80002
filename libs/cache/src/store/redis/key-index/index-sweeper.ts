import { CacheUnavailableError } from '../../../cache-errors.js';
import type { Clock } from '../../../clock.js';
import { pause } from '../../../clock.js';
import type { KeyLayout } from '../key-layout.js';
import { FIRST_MEMBER } from '../key-layout.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { asBytes, asList, asNumber } from '../replies.js';
import { DROP_DEAD, SWEEP, SWEEP_SAMPLE } from '../scripts/compiled-scripts.js';

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

/** Collaborators of the sweeper. */
export interface SweeperParts {
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  readonly clock: Clock;
  /** Milliseconds without an answer after which a call has failed. */
  readonly withinMs: number;
  /** Whether scripts declare all their keys. */
  readonly declared: boolean;
}

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
  #probing = false;
  #cancelCheck: (() => void) | undefined;

  constructor(private readonly parts: SweeperParts) {
    this.#sampledAt = parts.clock.now();
    this.#checkedSecond = Math.floor(this.#sampledAt / 1_000);
  }

  /** Whether it probes the index for additions, whose scripts then do not. */
  get probes(): boolean {
    return this.parts.declared;
  }

  /** Records a stored value that will expire. */
  expectExpiry(ttlMs: number): void {
    if (ttlMs > HORIZON_MS) return;
    const second = Math.ceil((this.parts.clock.now() + ttlMs) / 1_000);
    this.#calendar.set(second, (this.#calendar.get(second) ?? 0) + 1);
  }

  start(): void {
    this.#cancelCheck = this.parts.clock.after(CHECK_MS, () => {
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
    const { clock, connection } = this.parts;
    const now = clock.now();
    const second = Math.floor(now / 1_000);
    while (this.#checkedSecond < second) {
      const due = ++this.#checkedSecond;
      this.#expired += this.#calendar.get(due) ?? 0;
      this.#calendar.delete(due);
    }
    const due = this.#expired >= EXPIRIES_PER_SAMPLE || now - this.#sampledAt > SAMPLE_ANYWAY_MS;
    if (!due || !connection.connected) return;
    try {
      if (await this.#sampleIsDead()) await this.#walk();
      this.#expired = 0;
      this.#sampledAt = clock.now();
    } catch (error) {
      // The next check tries again.
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }

  /**
   * Drops the dead among some members in the background, in place of the probes that `index_add` makes
   * where a script may use keys that it does not declare; one such check at a time.
   */
  probe(count: number): void {
    if (this.#probing) return;
    this.#probing = true;
    this.#sample(count)
      // The next one comes with further additions.
      .catch((error: unknown) => {
        if (!(error instanceof CacheUnavailableError)) throw error;
      })
      .finally(() => (this.#probing = false));
  }

  async #sampleIsDead(): Promise<boolean> {
    const [seen, dropped] = await this.#sample(SAMPLE);
    return dropped > seen * DEAD_SHARE;
  }

  async #walk(): Promise<void> {
    let min = FIRST_MEMBER;
    while (!this.#stopped) {
      const [members, last] = await this.#sweep(min);
      if (members < PAGE) return;
      min = Buffer.concat([Buffer.from('('), last]);
      await pause(this.parts.clock, BREATH_MS);
    }
  }

  /** Drops the dead of a random sample; resolves with its size and how many they were. */
  async #sample(count: number): Promise<readonly [seen: number, dropped: number]> {
    const { connection, layout, withinMs, declared } = this.parts;
    const size = String(count);
    if (!declared) {
      const args = [layout.prefix, size];
      const reply = await connection.run(SWEEP_SAMPLE, [layout.index], args, withinMs);
      const [seen, dropped] = asList(reply);
      return [asNumber(seen), asNumber(dropped)];
    }
    const command = ['ZRANDMEMBER', layout.index, size];
    const found = asList(await connection.sendForBytes(command, withinMs)).map(asBytes);
    return [found.length, await this.#drop(found.filter((member) => member[0] !== 0))];
  }

  /** Drops the dead of one page; resolves with its size and its last member. */
  async #sweep(min: Buffer): Promise<readonly [members: number, last: Buffer]> {
    const { connection, layout, withinMs, declared } = this.parts;
    const size = String(PAGE);
    if (!declared) {
      const args = [layout.prefix, min, size];
      const call = [SWEEP, [layout.index], args, withinMs, 'guarded', 'sendForBytes'] as const;
      const [members, , last] = asList(await connection.run(...call));
      return [asNumber(members), asBytes(last)];
    }
    const command = ['ZRANGEBYLEX', layout.index, min, '+', 'LIMIT', '0', size];
    const found = asList(await connection.sendForBytes(command, withinMs)).map(asBytes);
    await this.#drop(found);
    return [found.length, found.at(-1) ?? min];
  }

  async #drop(members: readonly Buffer[]): Promise<number> {
    if (members.length === 0) return 0;
    const { connection, layout, withinMs } = this.parts;
    const names = members.map((member) => Buffer.concat([layout.prefixBytes, member]));
    return asNumber(await connection.run(DROP_DEAD, [layout.index, ...names], members, withinMs));
  }
}
