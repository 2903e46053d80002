import { CacheUnavailableError } from '../../cache-errors.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import { STORE_CALL } from '../../observe/recorder.js';
import type { TimedText } from '../../store/cache-store.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import { REFRESH_NOW } from '../../values/get-or-set-options.js';
import { AS_TEXT } from '../../values/json-text.js';
import type { Staleness } from '../../values/staleness.js';
import { classifyStaleness, freshFor, needsTtl } from '../../values/staleness.js';
import type { LastRead } from './last-reads.js';
import { LastReads } from './last-reads.js';
import type { ReadGate } from './read-gate.js';
import type { UnreadableParts } from './unreadable-values.js';
import { UnreadableValues } from './unreadable-values.js';
import type { DecodedValue, Unreadable, ValueCodec } from '../../values/value-codec.js';
import { isPromise } from '../../values/value-codec.js';

/** A stored value, with what this reader may do with it. */
export interface StoredEntry {
  readonly decoded: DecodedValue;
  /**
   * Milliseconds until the ttl ends, below 0 afterwards; `null` without expiry, or when it was not
   * read.
   */
  readonly freshMs: number | null;
  readonly staleness: Staleness;
}

/** How a read that found no value ended. */
export type NoValue = 'miss' | 'corrupt' | 'foreign' | 'unavailable';

/** What was found at a key. */
export type Found = StoredEntry | NoValue;

/** How exactly a reader needs the remaining life of a value. */
export type Life = 'none' | 'approximate' | 'exact';

/** One read of a key by one reader. */
export interface LookupRequest {
  readonly key: string;
  readonly options: GetOrSetOptions;
  readonly budget: DeadlineBudget;
  readonly life: Life;
}

/** Collaborators of a lookup. */
export interface LookupParts extends UnreadableParts {
  readonly reads: ReadGate;
  readonly random: () => number;
  readonly codec: ValueCodec;
}

/**
 * Reads a key and decides whether this reader may use the stored value; the only place that does.
 */
export class Lookup {
  readonly #unreadable: UnreadableValues;
  readonly #last = new LastReads();

  constructor(private readonly parts: LookupParts) {
    this.#unreadable = new UnreadableValues(parts);
  }

  /**
   * One store call: a plain `GET` if the value alone shows that it is fresh, or if the end of its
   * entry is known. An entry with a stale window is read again together with its remaining life,
   * unless the reader's options or `life` had both read at once; so is one that replaced the known
   * entry.
   */
  async find({ key, options, budget, life }: LookupRequest): Promise<Found> {
    const timed = life === 'none' && needsTtl(options) ? 'approximate' : life;
    const known = this.#known(key, options, timed);
    try {
      if (timed !== 'none' && known === undefined) {
        return await this.#findWithLife(key, options, budget, timed);
      }
      const withinMs = budget.begin() || (await budget.queue());
      let text: string | undefined;
      try {
        text = await this.parts.reads.read(key, withinMs);
      } finally {
        budget.end(withinMs);
      }
      if (text === undefined) return 'miss';
      if (known === undefined) return await this.classify(key, text, options, budget);
      if (text === known.text) return this.#again(key, known);
      return await this.#findWithLife(key, options, budget, 'approximate');
    } catch (error) {
      budget.failed(error);
      this.countUnavailable(error);
      return 'unavailable';
    }
  }

  /**
   * Classifies the text of a plain read; without a promise unless the value must be decompressed
   * or read again. Reads the remaining life of an entry with a stale window.
   *
   * @param dispose whether to remove a corrupt value: for readers without a loader, whose load
   *   would replace it
   * @param opened what the text holds, if it was decompressed before
   */
  classify(
    key: string,
    text: string,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    dispose = false,
    opened?: DecodedValue | Unreadable,
  ): Found | Promise<Found> {
    if (!this.parts.reads.proves(key)) return 'unavailable';
    const decoded = opened ?? this.#decode(key, text, options);
    if (isPromise(decoded)) {
      return decoded.then((each) => this.classify(key, text, options, budget, dispose, each));
    }
    if (typeof decoded === 'string') {
      if (dispose) return this.#unreadable.dispose(key, text, decoded, budget).then(() => decoded);
      this.#unreadable.note(key, text, decoded);
      return decoded;
    }
    const outlivesItsTtl = decoded.envelope !== undefined && decoded.envelope.staleMs > 0;
    if (outlivesItsTtl) return this.#findWithLife(key, options, budget, 'approximate');
    const isNew = options[AS_TEXT] === true && this.#last.decoded(key, text) !== decoded;
    if (isNew) this.#last.keep(key, text, decoded);
    return { decoded, freshMs: null, staleness: renewed('fresh', options) };
  }

  /**
   * Counts an unavailable store, which must not fail the read; rethrows anything else, which is a
   * bug.
   */
  countUnavailable(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.parts.recorder.storeFailed(error.reason);
  }

  async #findWithLife(
    key: string,
    options: GetOrSetOptions,
    budget: DeadlineBudget,
    life: 'approximate' | 'exact',
  ): Promise<Found> {
    const { reads, clock, random } = this.parts;
    const since = clock.now();
    const read = (ms: number): Promise<TimedText | undefined> => reads.readWithLife(key, life, ms);
    const found = await budget.spend(read, STORE_CALL.read);
    if (found === undefined) return 'miss';
    if (!reads.proves(key)) return 'unavailable';
    const decoded = await this.#decode(key, found.text, options);
    if (typeof decoded === 'string') {
      this.#unreadable.note(key, found.text, decoded);
      return decoded;
    }
    const age = { ttlMs: found.ttlMs, terms: decoded.envelope };
    const staleness = renewed(classifyStaleness(age, options, random), options);
    if (options[AS_TEXT] === true) this.#last.keep(key, found.text, decoded, { since, ...age });
    return { decoded, freshMs: freshFor(age), staleness };
  }

  /** The last read of the key, if its reader needs no more than a plain `GET` beside it. */
  #known(key: string, options: GetOrSetOptions, life: Life): LastRead | undefined {
    const suffices = options[AS_TEXT] === true && life === 'approximate' && !needsTtl(options);
    return suffices ? this.#last.lasting(key, this.parts.clock.now()) : undefined;
  }

  /** The known entry, read again. */
  #again(key: string, { decoded, endsAt }: LastRead): Found {
    const { reads, clock } = this.parts;
    if (!reads.proves(key)) return 'unavailable';
    const freshMs = endsAt === null ? null : endsAt - clock.now();
    return { decoded, freshMs, staleness: 'fresh' };
  }

  #decode(key: string, text: string, options: GetOrSetOptions): ReturnType<ValueCodec['decode']> {
    const known = options[AS_TEXT] === true ? this.#last.decoded(key, text) : undefined;
    return known ?? this.parts.codec.decode(text);
  }
}

/** A fresh value is refreshed early where that is asked for. */
const renewed = (staleness: Staleness, options: GetOrSetOptions): Staleness =>
  staleness === 'fresh' && options[REFRESH_NOW] === true ? 'early' : staleness;

/** Whether the result is a value that every reader may be served. */
export function isFresh(found: Found): found is StoredEntry {
  return typeof found === 'object' && found.staleness === 'fresh';
}
