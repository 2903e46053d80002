import { LRUCache } from 'lru-cache';
import type { EntryAge } from '../../values/staleness.js';
import { freshFor } from '../../values/staleness.js';
import type { DecodedValue } from '../../values/value-codec.js';

/** The text that a key held when it was last read. */
export interface LastRead {
  readonly text: string;
  readonly decoded: DecodedValue;
  /** When its entry ends, on the clock; `null` without expiry. */
  readonly endsAt: number | null;
  /** Until when that may be relied on. */
  readonly knownUntil: number;
}

/** How many texts are kept, and their total length. */
const MOST = 4_096;
const LONGEST = 16 * 1_024 * 1_024;
/** For this many milliseconds the end of an entry is not read again. */
const KNOWN_MS = 1_000;

/**
 * The last text of each key whose readers share its value (`rawJson`). An equal text is not decoded
 * again, and the end of its entry is read once a second, so that most hits are a plain `GET`. If an
 * equal text is stored again within that second, its `ttl` is shown as that of the entry before.
 */
export class LastReads {
  #reads: LRUCache<string, LastRead> | undefined;

  /** The decoded value, if this was the last text of the key. */
  decoded(key: string, text: string): DecodedValue | undefined {
    const last = this.#reads?.get(key);
    return last?.text === text ? last.decoded : undefined;
  }

  /** The last read, if the end of its entry is known and has not come. */
  lasting(key: string, now: number): LastRead | undefined {
    const last = this.#reads?.get(key);
    if (last === undefined || now >= last.knownUntil) return undefined;
    return last.endsAt === null || now < last.endsAt ? last : undefined;
  }

  /** @param age the entry's age, and a time before it was read; absent when it was not read */
  keep(
    key: string,
    text: string,
    decoded: DecodedValue,
    age?: EntryAge & { readonly since: number },
  ): void {
    const left = age === undefined ? null : freshFor(age);
    const endsAt = age === undefined || left === null ? null : age.since + left;
    const knownUntil = age === undefined ? -Infinity : age.since + KNOWN_MS;
    this.#reads ??= new LRUCache({ max: MOST, maxSize: LONGEST });
    const size = text.length + decoded.value.bytes;
    this.#reads.set(key, { text, decoded, endsAt, knownUntil }, { size });
  }
}
