import { CacheUnavailableError } from '../../cache-errors.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import type { Staleness } from '../../values/staleness.js';
import { classifyStaleness, freshFor, needsTtl } from '../../values/staleness.js';
import type { ReadGate } from './read-gate.js';
import type { UnreadableParts } from './unreadable-values.js';
import { UnreadableValues } from './unreadable-values.js';
import type { DecodedValue, Unreadable, ValueCodec } from '../../values/value-codec.js';
import { isPromise } from '../../values/value-codec.js';

/** What is found at a key, with what this reader may do with it. */
export interface StoredEntry {
  readonly decoded: DecodedValue;
  /** Milliseconds until its ttl is over, below 0 afterwards; `null` for never, or when not asked. */
  readonly freshMs: number | null;
  readonly staleness: Staleness;
}

/** How a read that found no value ended. */
export type NoValue = 'miss' | 'corrupt' | 'foreign' | 'away';

/** What was found at a key. */
export type Found = StoredEntry | NoValue;

/** How exactly a reader has to know the remaining life of what it finds. */
export type Life = 'none' | 'approximate' | 'exact';

/** What it takes to read keys. */
export interface LookupParts extends UnreadableParts {
  readonly reads: ReadGate;
  readonly random: () => number;
  readonly codec: ValueCodec;
}

/** Reads a key, and decides what the stored text is worth to this reader: the one place for it. */
export class Lookup {
  readonly #unreadable: UnreadableValues;

  constructor(private readonly parts: LookupParts) {
    this.#unreadable = new UnreadableValues(parts);
  }

  /**
   * One store call where the value alone says that it is fresh: a plain `GET`. An entry that has a
   * stale time behind its ttl is read again together with its life, unless the reader's options or
   * `life` had both read at once.
   */
  async find(
    key: string,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    life: Life,
  ): Promise<Found> {
    try {
      if (life === 'exact') return await this.#findWithLife(key, options, budget, life);
      if (life === 'approximate' || needsTtl(options)) {
        return await this.#findWithLife(key, options, budget, 'approximate');
      }
      const text = await budget.spend((ms) => this.parts.reads.read(key, ms));
      return await this.classify(key, text, options, budget);
    } catch (error) {
      this.countUnavailable(error);
      return 'away';
    }
  }

  /**
   * What a plain read found, without a promise where nothing has to be unpacked or asked; asks for
   * the life of an entry whose end is not that of its ttl.
   *
   * @param dispose remove what is corrupt: for readers without a loader, whose load would replace it
   */
  classify(
    key: string,
    text: string | undefined,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    dispose = false,
  ): Found | Promise<Found> {
    if (text === undefined) return 'miss';
    if (!this.parts.reads.proved) return 'away';
    const decoded = this.parts.codec.decode(text, options);
    if (isPromise(decoded)) {
      return decoded.then((value) => this.#judge(key, text, value, options, budget, dispose));
    }
    return this.#judge(key, text, decoded, options, budget, dispose);
  }

  /** A store that is unavailable costs the caching, never the answer; anything else is a bug. */
  countUnavailable(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.parts.counters.errors++;
  }

  #judge(
    key: string,
    text: string,
    decoded: DecodedValue | Unreadable,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    dispose: boolean,
  ): Found | Promise<Found> {
    if (typeof decoded === 'string') {
      if (dispose) return this.#unreadable.dispose(key, text, decoded, budget).then(() => decoded);
      this.#unreadable.note(key, text, decoded);
      return decoded;
    }
    const outlivesItsTtl = decoded.envelope !== undefined && decoded.envelope.staleMs > 0;
    if (outlivesItsTtl) return this.#findWithLife(key, options, budget, 'approximate');
    return { decoded, freshMs: null, staleness: 'fresh' };
  }

  async #findWithLife(
    key: string,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    life: 'approximate' | 'exact',
  ): Promise<Found> {
    const { reads, codec, random } = this.parts;
    const found = await budget.spend((ms) => reads.readWithLife(key, life, ms));
    if (found === undefined) return 'miss';
    if (!reads.proved) return 'away';
    const decoded = await codec.decode(found.text, options);
    if (typeof decoded === 'string') {
      this.#unreadable.note(key, found.text, decoded);
      return decoded;
    }
    const age = { ttlMs: found.ttlMs, terms: decoded.envelope };
    const staleness = classifyStaleness(age, options, random);
    return { decoded, freshMs: freshFor(age), staleness };
  }
}

/** Whether what was found is a value that every reader may be served. */
export function isFresh(found: Found): found is StoredEntry {
  return typeof found === 'object' && found.staleness === 'fresh';
}
