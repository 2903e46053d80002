import { CacheOptionsError } from '../../cache-errors.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import type { Recorder } from '../../observe/recorder.js';
import type { CacheStore } from '../../store/cache-store.js';
import type { Loader } from '../../values/get-or-set-options.js';
import type { Found, Lookup, LookupRequest, StoredEntry } from '../lookup/lookup.js';
import type { SerialisedValue } from '../../values/serialised-value.js';
import type { StoreGate } from '../store-gate.js';
import type { ReadGate } from '../lookup/read-gate.js';
import type { LostValues } from '../../values/lost-values.js';
import type { ValueCodec } from '../../values/value-codec.js';

/** Limits of loads; all times in milliseconds. */
export interface LoadLimits {
  readonly deadlineMs: number;
  readonly leaseMs: number;
  readonly leaseWaitMs: number;
  readonly maxValueBytes: number;
}

/** Collaborators shared by the loads of one cache. */
export interface LoadParts {
  readonly store: CacheStore;
  /** Reads of the store, while it may be trusted. */
  readonly reads: ReadGate;
  readonly lookup: Lookup;
  /** Queue for store calls above the concurrency limit. */
  readonly gate: StoreGate;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter and early refresh. */
  readonly random: () => number;
  readonly recorder: Recorder;
  readonly logger: CacheLogger;
  readonly limits: LoadLimits;
  readonly codec: ValueCodec;
  /** Finds what values lose. Absent: not looked for. */
  readonly lost: LostValues | undefined;
  /** Aborted when background loads must end. */
  readonly closing: AbortSignal;
}

/** The outcome of a load. Each caller gets its own copy, so that no mutable object is shared. */
export type LoadOutcome =
  /** Filled by another process; `freshMs` is `null` when it was not read, or without expiry. */
  | { readonly value: SerialisedValue; readonly hit: true; readonly freshMs: number | null }
  | {
      readonly value: SerialisedValue;
      readonly hit: false;
      readonly stored: boolean;
      readonly ttlMs: number | undefined;
    }
  /** Not serialisable: returned as the loader returned it. */
  | { readonly raw: unknown }
  /** Nothing was loaded: another process refreshes, or a refresh has just failed. */
  | 'skipped';

/** The result of the caller's own read: no value, or a value that it must replace. */
export type Miss = Found;

/** Whether the read found a stale value that may be served if the load is slow or fails. */
export function isFallback(miss: Miss): miss is StoredEntry {
  return typeof miss === 'object' && miss.staleness === 'fallback';
}

/** The error for untyped callers without a loader. */
export function notAFunction(parameter: string, given: unknown): CacheOptionsError {
  return new CacheOptionsError(
    parameter,
    `${parameter} must be a function, not ${given === null ? 'null' : typeof given}; to read without loading, use get.`,
  );
}

/** The rejection for untyped callers whose read has no loader, or options that are `null`. */
export function refusal(loader: unknown): Promise<never> {
  if (typeof loader !== 'function') return Promise.reject(notAFunction('loader', loader));
  const message = 'The options of a read must be an object, not null.';
  return Promise.reject(new CacheOptionsError('options', message));
}

/** One caller's request for a value. */
export interface LoadRequest<T> extends LookupRequest {
  readonly loader: Loader<T>;
  readonly miss: Miss;
  /** Called when another caller, in this process or another, is loading the key. */
  readonly onContended?: (() => void) | undefined;
  /**
   * Whether the loader waits for one call for several keys, whose failure may concern any of them.
   */
  readonly ofBatch?: boolean | undefined;
  /**
   * What to do while another process refreshes the key or its last refresh failed. `wait`: wait for
   * the other refresh; skip after a failure. `load`: wait for the other refresh; load after a
   * failure. `skip`: skip in both cases (background refresh).
   */
  readonly onContention: 'wait' | 'load' | 'skip';
}
