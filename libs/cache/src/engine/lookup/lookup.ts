import { CacheUnavailableError } from '../../cache-errors.js';
import type { TimedText } from '../../store/cache-store.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import type { Staleness } from '../../values/staleness.js';
import { freshFor, classifyStaleness, needsTtl } from '../../values/staleness.js';
import type { ReadGate } from './read-gate.js';
import type { UnreadableParts } from './unreadable-values.js';
import { UnreadableValues } from './unreadable-values.js';
import type { DecodedValue, Unreadable, ValueCodec } from '../../values/value-codec.js';

/** What is found at a key, with what this reader may do with it. */
export interface StoredEntry {
  readonly decoded: DecodedValue;
  /** Milliseconds until its ttl is over, below 0 afterwards; `null` for never, or when nobody asked. */
  readonly freshMs: number | null;
  readonly staleness: Staleness;
}

/** How a read that found no value ended. */
export type NoValue = 'miss' | 'corrupt' | 'foreign' | 'away';

/** What it takes to read keys. */
export interface LookupParts extends UnreadableParts {
  readonly reads: ReadGate;
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
    budget: DeadlineBudget,
    timed: boolean,
    whole = false,
  ): Promise<StoredEntry | NoValue> {
    try {
      if (timed || needsTtl(options)) return await this.timed(key, options, budget, whole);
      const text = await budget.spend((ms) => this.parts.reads.read(key, ms));
      return await this.classify(key, text, options, budget);
    } catch (error) {
      this.countUnavailable(error);
      return 'away';
    }
  }

  /**
   * What a plain read found; asks for the life of an entry whose end is not that of its ttl.
   *
   * @param dispose remove what nobody can read: for readers without a loader
   */
  async classify(
    key: string,
    text: string | undefined,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    dispose = false,
  ): Promise<StoredEntry | NoValue> {
    if (text === undefined) return 'miss';
    const decoded = await this.parts.codec.decode(text, options);
    if (typeof decoded === 'string') {
      if (!dispose) return this.unreadable(key, text, decoded);
      await this.dispose(key, text, decoded, budget);
      return decoded;
    }
    if (outlivesItsTtl(decoded)) return this.timed(key, options, budget);
    return { decoded, freshMs: null, staleness: 'fresh' };
  }

  /** @param whole the value will be copied, so its life must be its own */
  async timed(
    key: string,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    whole = false,
  ): Promise<StoredEntry | NoValue> {
    const { reads } = this.parts;
    const found: TimedText | undefined = await budget.spend((ms) =>
      whole ? reads.readWhole(key, ms) : reads.readTimed(key, ms),
    );
    if (found === undefined) return 'miss';
    const decoded = await this.parts.codec.decode(found.text, options);
    if (typeof decoded === 'string') return this.unreadable(key, found.text, decoded);
    const age = { ttlMs: found.ttlMs, terms: decoded.envelope };
    const staleness = classifyStaleness(age, options, this.parts.random);
    return { decoded, freshMs: freshFor(age), staleness };
  }

  /** Counts and logs a text without a value. */
  unreadable(key: string, text: string, why: Unreadable): Unreadable {
    this.#unreadable.note(key, text, why);
    return why;
  }

  /** As `unreadable`, and removes what nobody can read: for readers without a loader. */
  dispose(key: string, text: string, why: Unreadable, budget: DeadlineBudget): Promise<void> {
    return this.#unreadable.dispose(key, text, why, budget);
  }

  /** A store that is away costs the caching, never the answer; anything else is a bug. */
  countUnavailable(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.parts.counters.errors++;
  }
}

/** Whether being there is not enough to be fresh. */
export function outlivesItsTtl(opened: DecodedValue): boolean {
  return opened.envelope !== undefined && opened.envelope.staleMs > 0;
}
