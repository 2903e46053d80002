import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';
import type { FreshnessGuard } from '../outbox/freshness-guard.js';
import type { CacheStore } from '../store/cache-store.js';
import type { Lifetime } from '../values/get-or-set-options.js';
import type { LeaseToken } from './load/lease-token.js';
import type { LoadLimits } from './load/load-request.js';
import type { NearCacheBounds } from './read/near-reads.js';
import type { ValueOptions } from '../values/value-codec.js';

/** Everything an engine is made of. */
export interface EngineParts {
  readonly store: CacheStore;
  readonly prefix: string;
  readonly limits: LoadLimits;
  readonly clock: Clock;
  readonly logger: CacheLogger;
  /** How values are written. Default: as plain JSON. */
  readonly values?: Omit<ValueOptions, 'maxValueBytes'>;
  /** Keeps copies in the process for reads that ask for it. Default: none are kept. */
  readonly local?: NearCacheBounds | undefined;
  /** A number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Keeps the store fresh by a log. Without it the store is believed as long as it answers. */
  readonly freshness?: FreshnessGuard | undefined;
}

/** Options of a store by hand. */
export interface SetOptions extends Lifetime {
  /**
   * A token from `acquireLease`. When the property is there, the value is stored only while the token
   * holds — so an `acquireLease` that answered `undefined` stores nothing.
   */
  readonly token?: LeaseToken | undefined;
}
