import type { CacheLog } from '../cache-log.js';
import type { Clock } from '../clock.js';
import type { Freshness } from '../freshness/freshness.js';
import type { CacheStore } from '../store/cache-store.js';
import type { Lifetime } from './cache-entry.js';
import type { FillToken } from './fill-token.js';
import type { LoadLimits } from './load-parts.js';
import type { LocalBounds } from './local-reads.js';
import type { ValueOptions } from './value-codec.js';

/** Everything an engine is made of. */
export interface EngineParts {
  readonly store: CacheStore;
  readonly prefix: string;
  readonly limits: LoadLimits;
  readonly clock: Clock;
  readonly log: CacheLog;
  /** How values are written. Default: as plain JSON. */
  readonly values?: Omit<ValueOptions, 'maxValueBytes'>;
  /** Keeps copies in the process for reads that ask for it. Default: none are kept. */
  readonly local?: LocalBounds | undefined;
  /** A number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Keeps the store fresh by a log. Without it the store is believed as long as it answers. */
  readonly freshness?: Freshness | undefined;
}

/** Options of a store by hand. */
export interface SetOptions extends Lifetime {
  /**
   * A token from `begin`. When the property is there, the value is stored only while the token
   * holds — so a `begin` that answered `undefined` stores nothing.
   */
  readonly token?: FillToken | undefined;
}
