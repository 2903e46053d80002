import type { Clock } from '../clock.js';
import { heaviest } from '../observe/snapshot.js';
import type { GetOrSetOptions, Loader } from '../values/get-or-set-options.js';
import { REFRESH_NOW } from '../values/get-or-set-options.js';
import type { CacheWarmer, WarmContext } from './cache-warmer.js';
import type { WarmedCache } from './warmed-cache.js';

/** Between two rounds, in milliseconds. */
const ROUND_MS = 10_000;
/** Between two additions of this process's reads to those of the day, in milliseconds. */
const READS_MS = 60_000;
const KEYS = 100;
/** A key is renewed that is read so often in a ttl, with less than this share of it left. */
const READS_A_TTL = 10;
const SHARE_LEFT = 1 / 5;

/** What the rounds need. */
export interface RoundParts {
  readonly cache: WarmedCache;
  readonly clock: Clock;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly failed: (warmer: CacheWarmer, error: unknown) => void;
}

interface Due {
  readonly warmer: CacheWarmer;
  readonly candidate: unknown;
}

/**
 * Renews frequent keys before their end: every ten seconds, in one process of all. A value is
 * replaced by the right to refresh it, so that an invalidation wins. Without analytics nothing is
 * known of frequent keys, and nothing is done.
 */
export class RefreshAheadRounds {
  #roundAt = 0;
  #readsAt = 0;
  /** Reads of the top keys at the last round, and when that was. */
  #last: { readonly at: number; readonly reads: ReadonlyMap<string, number> } | undefined;
  /** Reads of this process that were added to those of the day. */
  #added = new Map<string, number>();

  constructor(private readonly parts: RoundParts) {}

  /** @throws CacheUnavailableError */
  async look(warmers: Iterable<CacheWarmer>): Promise<void> {
    const now = this.parts.clock.now();
    if (now >= this.#readsAt) {
      this.#readsAt = now + READS_MS;
      await this.#addReads();
    }
    if (now < this.#roundAt) return;
    this.#roundAt = now + ROUND_MS;
    const refreshing = [...warmers].filter(({ refreshAhead }) => refreshAhead !== undefined);
    if (refreshing.length > 0) await this.#round(refreshing, now);
  }

  async #addReads(): Promise<void> {
    const { fleet, store } = this.parts.cache;
    const top = fleet?.frequentKeys(KEYS) ?? [];
    const reads = top
      .map(({ key, weight }) => [key, Math.round(weight - (this.#added.get(key) ?? 0))] as const)
      .filter(([, count]) => count > 0);
    if (reads.length > 0) await store.warming?.addReads(reads);
    this.#added = new Map(top.map(({ key, weight }) => [key, weight]));
  }

  async #round(warmers: readonly CacheWarmer[], now: number): Promise<void> {
    const { cache, id } = this.parts;
    const last = this.#last;
    this.#last = undefined;
    if (cache.fleet === undefined) return;
    if ((await cache.store.warming?.refreshes(id, 2 * ROUND_MS)) !== true) return;
    const { processes } = await cache.fleet.read();
    const top = heaviest(
      processes.map(({ hot }) => hot),
      KEYS,
    );
    this.#last = { at: now, reads: new Map(top.map(({ key, weight }) => [key, weight])) };
    if (last === undefined) return;
    const seconds = (now - last.at) / 1_000;
    const rates = top.map(({ key, weight }) => ({
      key,
      rate: (weight - (last.reads.get(key) ?? weight)) / seconds,
    }));
    for (const due of await this.#due(warmers, rates)) await this.#refresh(due);
  }

  async #due(
    warmers: readonly CacheWarmer[],
    rates: readonly { readonly key: string; readonly rate: number }[],
  ): Promise<Due[]> {
    const read = rates.flatMap(({ key, rate }) =>
      warmers.flatMap((warmer) => {
        const { ttl, candidateOf } = warmer.refreshAhead ?? { ttl: 0, candidateOf: NONE };
        const candidate: unknown = rate * ttl >= READS_A_TTL ? candidateOf(key) : undefined;
        return candidate === undefined ? [] : [{ key, warmer, candidate, ttl }];
      }),
    );
    if (read.length === 0) return [];
    const found = await this.parts.cache.describeMany(read.map(({ key }) => key));
    return read.filter(({ ttl }, at) => {
      const left = found[at]?.ttl ?? Infinity;
      return left < ttl * SHARE_LEFT;
    });
  }

  async #refresh({ warmer, candidate }: Due): Promise<void> {
    const { cache, now, failed } = this.parts;
    if (warmer.isSourceFull?.() === true) return;
    const signal = AbortSignal.timeout(ROUND_MS);
    const getOrSet = <T>(
      key: string,
      loader: Loader<T>,
      options: GetOrSetOptions,
    ): Promise<unknown> => cache.getOrSet(key, loader, { ...options, [REFRESH_NOW]: true });
    const context: WarmContext = {
      ...{ signal, deadline: now() + ROUND_MS, reason: 'refresh', limit: KEYS },
      ...{ getOrSet, frequentKeys: () => Promise.resolve([]) },
    };
    try {
      await warmer.warm(candidate, context);
    } catch (error) {
      failed(warmer, error);
    }
  }
}

const NONE = (): undefined => undefined;
