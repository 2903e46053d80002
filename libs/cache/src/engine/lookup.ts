import { CacheUnavailableError } from '../cache-errors.js';
import type { TimedText } from '../store/cache-store.js';
import type { Budget } from './budget.js';
import type { GetOrSetOptions } from './cache-entry.js';
import type { AgeVerdict } from './age.js';
import { freshFor, freshnessOf, judgesAge } from './age.js';
import type { TrustedReads } from './trusted-reads.js';
import type { UnreadableParts } from './unreadable-values.js';
import { UnreadableValues } from './unreadable-values.js';
import type { OpenedValue, Unreadable, ValueCodec } from './value-codec.js';

/** What is found at a key, with what this reader may do with it. */
export interface Found {
  readonly opened: OpenedValue;
  /** Milliseconds until its ttl is over, below 0 afterwards; `null` for never, or when nobody asked. */
  readonly freshMs: number | null;
  readonly freshness: AgeVerdict;
}

/** How a read that found no value ended. */
export type Nothing = 'miss' | 'corrupt' | 'foreign' | 'away';

/** What it takes to read keys. */
export interface LookupParts extends UnreadableParts {
  readonly reads: TrustedReads;
  readonly random: () => number;
  readonly codec: ValueCodec;
}

/** Reading a key and judging what is there. */
export class Lookup {
  readonly #unreadable: UnreadableValues;

  constructor(private readonly parts: LookupParts) {
    this.#unreadable = new UnreadableValues(parts);
  }

  /**
   * One store call where the value alone says that it is fresh: a plain `GET`. An entry that has a
   * stale time behind its ttl is read again together with its life, unless the reader's options (or
   * `timed`) had both read at once.
   */
  async find(
    key: string,
    options: GetOrSetOptions,
    budget: Budget,
    timed: boolean,
    whole = false,
  ): Promise<Found | Nothing> {
    try {
      if (timed || judgesAge(options)) return await this.timed(key, options, budget, whole);
      const text = await budget.spend((ms) => this.parts.reads.read(key, ms));
      return await this.judged(key, text, options, budget);
    } catch (error) {
      this.excuse(error);
      return 'away';
    }
  }

  /**
   * What a plain read found; asks for the life of an entry whose end is not that of its ttl.
   *
   * @param dispose remove what nobody can read: for readers without a loader
   */
  async judged(
    key: string,
    text: string | undefined,
    options: GetOrSetOptions,
    budget: Budget,
    dispose = false,
  ): Promise<Found | Nothing> {
    if (text === undefined) return 'miss';
    const opened = await this.parts.codec.open(text);
    if (typeof opened === 'string') {
      if (!dispose) return this.unreadable(key, text, opened);
      await this.dispose(key, text, opened, budget);
      return opened;
    }
    if (outlivesItsTtl(opened)) return this.timed(key, options, budget);
    return { opened, freshMs: null, freshness: 'fresh' };
  }

  /** @param whole the value will be copied, so its life must be its own */
  async timed(
    key: string,
    options: GetOrSetOptions,
    budget: Budget,
    whole = false,
  ): Promise<Found | Nothing> {
    const { reads } = this.parts;
    const found: TimedText | undefined = await budget.spend((ms) =>
      whole ? reads.readWhole(key, ms) : reads.readTimed(key, ms),
    );
    if (found === undefined) return 'miss';
    const opened = await this.parts.codec.open(found.text);
    if (typeof opened === 'string') return this.unreadable(key, found.text, opened);
    const age = { ttlMs: found.ttlMs, terms: opened.envelope };
    const freshness = freshnessOf(age, options, this.parts.random);
    return { opened, freshMs: freshFor(age), freshness };
  }

  /** Counts and logs a text without a value. */
  unreadable(key: string, text: string, why: Unreadable): Unreadable {
    this.#unreadable.note(key, text, why);
    return why;
  }

  /** As `unreadable`, and removes what nobody can read: for readers without a loader. */
  dispose(key: string, text: string, why: Unreadable, budget: Budget): Promise<void> {
    return this.#unreadable.dispose(key, text, why, budget);
  }

  /** A store that is away costs the caching, never the answer; anything else is a bug. */
  excuse(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.parts.counters.errors++;
  }
}

/** Whether being there is not enough to be fresh. */
export function outlivesItsTtl(opened: OpenedValue): boolean {
  return opened.envelope !== undefined && opened.envelope.staleMs > 0;
}
