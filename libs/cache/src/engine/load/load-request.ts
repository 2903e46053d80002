import { CacheOptionsError } from '../../cache-errors.js';
import type { CacheCounters } from '../../cache-counters.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import type { CacheStore } from '../../store/cache-store.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { GetOrSetOptions, Loader } from '../../values/get-or-set-options.js';
import type { Found, Life, Lookup, StoredEntry } from '../lookup/lookup.js';
import type { SerialisedValue } from '../../values/serialised-value.js';
import type { StoreGate } from '../store-gate.js';
import type { ReadGate } from '../lookup/read-gate.js';
import type { ValueCodec } from '../../values/value-codec.js';

/** The bounds under which misses are loaded; all times in milliseconds. */
export interface LoadLimits {
  readonly deadlineMs: number;
  readonly leaseMs: number;
  readonly leaseWaitMs: number;
  readonly maxValueBytes: number;
}

/** What the loads of one cache share. */
export interface LoadParts {
  readonly store: CacheStore;
  /** The store's reads, as far as they may be trusted. */
  readonly reads: ReadGate;
  readonly lookup: Lookup;
  /** Where calls of the store queue that are too many at once. */
  readonly gate: StoreGate;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter and early refresh. */
  readonly random: () => number;
  readonly counters: CacheCounters;
  readonly logger: CacheLogger;
  readonly limits: LoadLimits;
  readonly codec: ValueCodec;
  /** Aborted when loads in the background have to end. */
  readonly closing: AbortSignal;
}

/** What a load yielded. Each caller takes a copy, so that nobody shares a mutable object. */
export type LoadOutcome =
  /** Filled by another process; `freshMs` is `null` when nobody asked, or it never ends. */
  | { readonly value: SerialisedValue; readonly hit: true; readonly freshMs: number | null }
  | {
      readonly value: SerialisedValue;
      readonly hit: false;
      readonly stored: boolean;
      readonly ttlMs: number | undefined;
    }
  /** It cannot be serialised: handed on as the loader gave it. */
  | { readonly raw: unknown }
  /** Nothing was loaded: somebody else refreshes, or a refresh failed a moment ago. */
  | 'skipped';

/** How the caller's own read of the key ended: without a value, or with one that it must replace. */
export type Miss = Found;

/** Whether it found an old value that may be served if the load is slow or fails. */
export function isFallback(miss: Miss): miss is StoredEntry {
  return typeof miss === 'object' && miss.staleness === 'fallback';
}

/** For callers without types: reading without a loader is `get`. */
export function notAFunction(parameter: string, given: unknown): CacheOptionsError {
  return new CacheOptionsError(
    parameter,
    `${parameter} must be a function, not ${given === null ? 'null' : typeof given}; to read without loading, use get.`,
  );
}

/** One caller's wish for a value. */
export interface LoadRequest<T> {
  readonly key: string;
  readonly loader: Loader<T>;
  readonly options: GetOrSetOptions;
  readonly budget: DeadlineBudget;
  readonly miss: Miss;
  /** How exactly the caller has to know the remaining life of what it finds. */
  readonly life: Life;
  /** Called when somebody else, here or in another process, is loading the key. */
  readonly onContended?: (() => void) | undefined;
  /** The loader waits for one call for several keys: its failure may be about any of them. */
  readonly ofBatch?: boolean | undefined;
  /**
   * What to do while the key must not be refreshed: `wait` for the refresh of another, but leave a
   * key alone whose refresh failed; `load` that one all the same; `leave` both alone, because
   * nobody waits for the value.
   */
  readonly onContention: 'wait' | 'load' | 'skip';
}
