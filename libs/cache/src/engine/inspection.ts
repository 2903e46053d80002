import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheStats } from '../cache-stats.js';
import { cacheStats } from '../cache-stats.js';
import type { StoreStatistics } from '../store/cache-store.js';
import type { CacheEngine } from './cache-engine.js';
import { Glob } from '../keys/glob.js';
import { assertKey } from '../keys/key-validation.js';
import { NO_OPTIONS } from '../values/get-or-set-options.js';
import type { OptionKinds } from '../option-checks.js';
import { assertKnown, CHECKED, whole } from '../option-checks.js';
import { wholeSeconds } from '../values/ttl.js';
import { isCompressed } from '../values/value-codec.js';

/** One key in a listing. */
export interface KeySummary {
  /** Without prefix. */
  readonly key: string;
  /** Seconds, rounded up; `null` when it never expires. */
  readonly ttl: number | null;
  /** Size of the stored text. */
  readonly bytes: number;
}

/** A page of a listing in byte order of the keys. */
export interface KeyList {
  readonly items: KeySummary[];
  /** Pass it to get the next page; `null` at the end. */
  readonly nextCursor: string | null;
}

/** What to list. */
export interface KeyQuery {
  readonly pattern?: string | undefined;
  readonly cursor?: string | undefined;
  /** A whole number above 0. Default 50. */
  readonly limit?: number | undefined;
}

/** Details of one key. */
export interface KeyDetails extends KeySummary {
  readonly exists: true;
  readonly compressed: boolean;
  /** The value as a reader gets it, or the stored text when it cannot be decoded. */
  readonly value: unknown;
}

/** How many keys a pattern would remove. */
export interface MatchCount {
  readonly matched: number;
  readonly sample: string[];
}

const KEY_QUERY: OptionKinds<KeyQuery> = { pattern: CHECKED, cursor: CHECKED, limit: CHECKED };

const PAGE = 500;

/**
 * Inspects a cache without changing it. Everything but `stats` throws when the store is
 * unavailable.
 */
export class Inspection {
  constructor(private readonly engine: CacheEngine) {}

  /** Never throws: for an unavailable store it returns `connected: false` and zeros. */
  async stats(): Promise<CacheStats> {
    const { engine } = this;
    let answer: StoreStatistics | undefined;
    try {
      // Do not wait for a store that is known to be unavailable.
      if (engine.store.connected) answer = await engine.store.statistics();
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
    return cacheStats(engine.store, engine.prefix, answer, engine.freshness, engine.counts());
  }

  /** Seconds; `null` without expiry, `undefined` for an absent key. */
  async ttl(key: string): Promise<number | null | undefined> {
    assertKey(key);
    const found = await this.engine.store.describe(key);
    return found === undefined ? undefined : wholeSeconds(found.ttlMs);
  }

  async exists(key: string): Promise<boolean> {
    assertKey(key);
    return (await this.engine.store.describe(key)) !== undefined;
  }

  async open(key: string): Promise<KeyDetails | undefined> {
    assertKey(key);
    const found = await this.engine.store.describe(key);
    if (found === undefined) return undefined;
    const opened = await this.engine.codec.decode(found.text);
    const readable = typeof opened === 'object';
    return {
      key,
      exists: true,
      ttl: wholeSeconds(found.ttlMs),
      bytes: found.bytes,
      compressed: isCompressed(found.text),
      value: readable ? opened.value.given(NO_OPTIONS) : found.text,
    };
  }

  async several(keys: readonly string[]): Promise<(KeySummary | undefined)[]> {
    for (const key of keys) assertKey(key);
    const { store } = this.engine;
    const found = await (store.describeMany?.(keys) ??
      Promise.all(keys.map((key) => store.describe(key))));
    return keys.map((key, at) => {
      const one = found[at];
      return one && { key, ttl: wholeSeconds(one.ttlMs), bytes: one.bytes };
    });
  }

  async list(query: KeyQuery): Promise<KeyList> {
    assertKnown(query, KEY_QUERY, 'listKeys');
    const glob = query.pattern === undefined ? undefined : new Glob(query.pattern);
    if (query.cursor !== undefined) assertKey(query.cursor);
    const limit = whole('limit', query.limit ?? 50);
    const page = await this.engine.store.list(glob, query.cursor, limit);
    const items = page.items.map(({ key, ttlMs, bytes }) => {
      return { key, ttl: wholeSeconds(ttlMs), bytes };
    });
    return { items, nextCursor: page.next ?? null };
  }

  /** All matching keys, fetched page by page. */
  async *keys(pattern: string): AsyncGenerator<string, void, undefined> {
    const glob = new Glob(pattern);
    let after: string | undefined;
    do {
      const page = await this.engine.store.list(glob, after, PAGE);
      for (const { key } of page.items) yield key;
      after = page.next;
    } while (after !== undefined);
  }

  async count(pattern: string, options: { readonly sample?: number }): Promise<MatchCount> {
    assertKnown(options, { sample: CHECKED }, 'countMatching');
    const { sample: sampleSize = 10 } = options;
    if (sampleSize !== 0) whole('sample', sampleSize);
    let matched = 0;
    const sample: string[] = [];
    for await (const key of this.keys(pattern)) {
      matched++;
      if (sample.length < sampleSize) sample.push(key);
    }
    return { matched, sample };
  }
}
