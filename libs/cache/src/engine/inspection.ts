import { CacheOptionsError, CacheUnavailableError } from '../cache-errors.js';
import type { CacheStats } from '../cache-stats.js';
import { cacheStats } from '../cache-stats.js';
import type { KeyPage, StoreStatistics } from '../store/cache-store.js';
import type { KeyBranches } from '../store/key-branches.js';
import { branchesOf } from '../store/key-branches.js';
import type { CacheEngine } from './cache-engine.js';
import { escapeGlob, Glob } from '../keys/glob.js';
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
  /** Whether keys are missing because a part of the store is unavailable. */
  readonly partial: boolean;
}

/** What to list. */
export interface KeyQuery {
  readonly pattern?: string | undefined;
  readonly cursor?: string | undefined;
  /** A whole number above 0. Default 50. */
  readonly limit?: number | undefined;
}

/** What follows a prefix in some keys, up to the next colon. */
export interface KeyTreeItem {
  /** May be empty. */
  readonly name: string;
  /** The prefix of the keys that continue it. */
  readonly prefix: string;
  /** How many keys are this name or continue it. */
  readonly keys: number;
  /** Whether a key ends with the name. */
  readonly isKey: boolean;
}

/** One level of the tree of keys, in byte order. */
export interface KeyTreePage {
  readonly items: KeyTreeItem[];
  /** Whether keys without a value may be counted: leases, and what expired lately. */
  readonly isEstimate: boolean;
  /** Pass it to get the next page; `null` at the end. */
  readonly nextCursor: string | null;
  /** Whether keys are missing because a part of the store is unavailable. */
  readonly partial: boolean;
}

/** What to count. */
export interface KeyTreeQuery {
  /** What the keys begin with. Default: nothing. */
  readonly prefix?: string | undefined;
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

/** How to count. */
export interface CountOptions {
  /** How many of the first keys to name. Default 10. */
  readonly sample?: number | undefined;
  /** At how many counting ends. Default: none. */
  readonly limit?: number | undefined;
}

/** How many keys a pattern would remove. */
export interface MatchCount {
  readonly matched: number;
  /** Whether there may be more: counting ended at the limit, or a part of the store is unavailable. */
  readonly atLeast: boolean;
  readonly sample: string[];
}

const COUNT_OPTIONS: OptionKinds<CountOptions> = { sample: CHECKED, limit: CHECKED };
const KEY_QUERY: OptionKinds<KeyQuery> = { pattern: CHECKED, cursor: CHECKED, limit: CHECKED };

const TREE_QUERY: OptionKinds<KeyTreeQuery> = { prefix: CHECKED, cursor: CHECKED, limit: CHECKED };

const PAGE = 500;
const PARTIAL = 'A part of the store is unavailable, so keys are missing.';

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
    return { items, nextCursor: page.next ?? null, partial: page.partial === true };
  }

  async tree(query: KeyTreeQuery): Promise<KeyTreePage> {
    assertKnown(query, TREE_QUERY, 'keyTree');
    const { prefix = '', cursor } = query;
    if (prefix !== '') assertKey(prefix);
    const limit = whole('limit', query.limit ?? 50);
    // Cursors are bytes, because a name of another program may be no text.
    const from = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url');
    if (from !== undefined && from.toString('utf8', 1, 1 + Buffer.byteLength(prefix)) !== prefix) {
      throw new CacheOptionsError('cursor', 'The cursor is that of another prefix.');
    }
    const { items, next, isEstimate, partial } = await this.#branches(prefix, from, limit);
    return {
      items: items.map((item) => ({ ...item, prefix: `${prefix}${item.name}:` })),
      isEstimate,
      nextCursor: next?.toString('base64url') ?? null,
      partial,
    };
  }

  async #branches(
    prefix: string,
    from: Buffer | undefined,
    limit: number,
  ): Promise<KeyBranches & { readonly partial: boolean }> {
    const { store } = this.engine;
    if (store.branches !== undefined) {
      return { ...(await store.branches(prefix, from, limit)), partial: false };
    }
    const keys: string[] = [];
    let partial = false;
    for await (const page of this.#pages(`${escapeGlob(prefix)}*`)) {
      keys.push(...page.items.map(({ key }) => key));
      partial ||= page.partial === true;
    }
    return { ...branchesOf(keys, prefix, from, limit), isEstimate: false, partial };
  }

  /** All matching keys, fetched page by page. */
  async *keys(pattern: string): AsyncGenerator<string, void, undefined> {
    for await (const { items, partial } of this.#pages(pattern)) {
      if (partial === true) throw new CacheUnavailableError('offline', PARTIAL);
      for (const { key } of items) yield key;
    }
  }

  async *#pages(pattern: string): AsyncGenerator<KeyPage, void, undefined> {
    const glob = new Glob(pattern);
    let after: string | undefined;
    do {
      const page = await this.engine.store.list(glob, after, PAGE);
      yield page;
      after = page.next;
    } while (after !== undefined);
  }

  async count(pattern: string, options: CountOptions): Promise<MatchCount> {
    assertKnown(options, COUNT_OPTIONS, 'countMatching');
    const { sample: sampleSize = 10, limit } = options;
    const most = limit === undefined ? Infinity : whole('limit', limit);
    if (sampleSize !== 0) whole('sample', sampleSize);
    let matched = 0;
    const sample: string[] = [];
    let atLeast = false;
    for await (const { items, partial } of this.#pages(pattern)) {
      atLeast ||= partial === true;
      for (const { key } of items) {
        if (matched === most) return { matched, atLeast: true, sample };
        matched++;
        if (sample.length < sampleSize) sample.push(key);
      }
    }
    return { matched, atLeast, sample };
  }
}
