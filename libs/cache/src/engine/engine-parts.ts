import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';
import type { KeyLint } from '../keys/key-lint.js';
import type { Analytics } from '../observe/analytics.js';
import type { OptionKinds } from '../option-checks.js';
import { assertKinds, assertKnown, CHECKED } from '../option-checks.js';
import type { Freshness } from '../outbox/freshness.js';
import type { CacheStore } from '../store/cache-store.js';
import type { Lifetime, Named } from '../values/get-or-set-options.js';
import { assertTerms } from '../values/staleness.js';
import { LeaseToken } from './load/lease-token.js';
import type { LoadLimits } from './load/load-request.js';
import type { NearCacheBounds } from './read/near-reads.js';
import type { LostValues } from '../values/lost-values.js';
import type { ValueOptions } from '../values/value-codec.js';

/** Collaborators and options of an engine. */
export interface EngineParts {
  readonly store: CacheStore;
  readonly prefix: string;
  readonly limits: LoadLimits;
  readonly clock: Clock;
  readonly logger: CacheLogger;
  /** How values are written. Default: as plain JSON. */
  readonly values?: Omit<ValueOptions, 'maxValueBytes'>;
  /** Bounds of the near cache for reads with the option `local`. Default: no near cache. */
  readonly local?: NearCacheBounds | undefined;
  /** Warns about keys that are hard to invalidate. Default: no warnings. */
  readonly lint?: KeyLint | undefined;
  /** A number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Keeps the store fresh by an invalidation log. Without it the store is trusted as long as it
   * answers.
   */
  readonly freshness?: Freshness | undefined;
  /** What explains the work. Default: only sums are counted. */
  readonly analytics?: Analytics | undefined;
  /** The same for processes with equal options. */
  readonly fingerprint?: string | undefined;
  /** Finds values that lose their class or dates. Default: they are not looked for. */
  readonly lost?: LostValues | undefined;
  /** Whether warmers run by themselves. Default true. */
  readonly warming?: boolean | undefined;
  /** Called when the cache is opened. Default: nothing. */
  readonly onOpen?: () => void;
}

/** Options of `set`. */
export interface SetOptions extends Lifetime, Named {
  /**
   * A token from `acquireLease`. If the property is present, the value is stored only while the
   * token is valid, so nothing is stored if `acquireLease` returned `undefined`.
   * Default: none; the value is stored in any case.
   */
  readonly token?: LeaseToken | undefined;
}

const SET_OPTIONS: OptionKinds<SetOptions> = {
  ttl: CHECKED,
  jitter: CHECKED,
  namespace: CHECKED,
  token: ['a token of acquireLease', (value) => value instanceof LeaseToken],
};

/** @throws CacheOptionsError when an option of `set` is unknown or of a wrong kind */
export function assertSetOptions(options: SetOptions): void {
  assertKnown(options, SET_OPTIONS, 'set');
  assertKinds(options, SET_OPTIONS);
  assertTerms(options);
}
