import { PRINCIPAL_VIEW } from '../auth/principals/principal.cache.js';
import { STATISTICS_VIEW } from '../statistics/statistics.cache.js';

/** Something that is read through the cache. */
export interface CachedView {
  readonly title: string;
  readonly route: string;
  /** Names of what the key is made of, in the order in which `key` takes them. */
  readonly parameters: readonly string[];
  readonly key: (...parameters: number[]) => string;
  /** Which of its keys live together on a Cluster: those of one entity, which writes remove. */
  readonly place: string;
  /** Seconds. */
  readonly ttl: number;
  /** Seconds that it is remembered that there is none. */
  readonly negativeTtl?: number;
}

/** Every view that the application caches. */
export const CACHED_VIEWS: readonly CachedView[] = [STATISTICS_VIEW, PRINCIPAL_VIEW];

/** The places of all views, for the cache. */
export const PLACES: readonly string[] = CACHED_VIEWS.map(({ place }) => place);
