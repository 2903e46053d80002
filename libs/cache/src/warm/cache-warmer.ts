import type { GetOrSetOptions, Loader } from '../values/get-or-set-options.js';

/** Why a run of the warmers began. */
export const WARM_REASONS = ['start', 'clear', 'relay_clear', 'demand'] as const;

/** See {@link WARM_REASONS}; `refresh` is no run: a frequent key is renewed before its end. */
export type WarmReason = (typeof WARM_REASONS)[number] | 'refresh';

/** What a warmer is given. */
export interface WarmContext {
  /** Aborted at the deadline, when the run is stopped, and when the cache closes. */
  readonly signal: AbortSignal;
  /** When the run ends whatever is left, in milliseconds since 1970. */
  readonly deadline: number;
  readonly reason: WarmReason;
  /** Candidates that the run takes of all warmers together; more are of no use. */
  readonly limit: number;
  /**
   * The keys that were read most in about the last day, the most read first; none without
   * analytics.
   *
   * Cost: one call. Never throws because of the store.
   */
  readonly frequentKeys: (limit: number) => Promise<readonly string[]>;
  /**
   * As `getOrSet` of the cache, which a warmer must read through: the value of a key that is
   * invalidated meanwhile is not stored. With the reason `refresh` a value that is held is loaded
   * anew and replaced, unless it is invalidated meanwhile.
   *
   * @throws as `getOrSet`; else, but for the reason `refresh`, when a value was not stored: the run
   *   then takes the candidate again, twice at most
   */
  readonly getOrSet: <T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
  ) => Promise<unknown>;
}

/**
 * Knows what a part of the cache should hold before it is asked for. One process of all runs the
 * warmers; the others take over if it dies.
 *
 * In NestJS: a provider whose class has `@WarmsCache()`. Elsewhere `cache.warming.add(warmer)`.
 */
export interface CacheWarmer<Candidate = unknown> {
  /** 1 to 64 letters, digits and `._-`; distinct in a cache. */
  readonly name: string;
  /**
   * What may be warmed, the most valuable first. It is read as far as the run comes. A process
   * that takes a run over passes over as many as were done.
   */
  candidates(context: WarmContext): Iterable<Candidate> | AsyncIterable<Candidate>;
  /** The key of a candidate: candidates whose keys are present are skipped, 500 in one call. */
  keyOf(candidate: Candidate): string;
  /** Loads one candidate through `context.getOrSet`. What it throws counts as a failure. */
  warm(candidate: Candidate, context: WarmContext): Promise<unknown>;
  /** Whether, and which of, its frequent keys are renewed before their end. Default: none. */
  readonly refreshAhead?: RefreshAhead<Candidate>;
  /** Whether the source has no room at present: nothing is loaded until it has. Default: never. */
  isSourceFull?(): boolean;
}

/**
 * Renewal of keys that are read at least ten times in a ttl and have less than a fifth of it left.
 * Looked at every ten seconds, by one process. Cost of a renewal: two scripts and the load.
 */
export interface RefreshAhead<Candidate> {
  /** Seconds that its values live; 60 or more to be of use. */
  readonly ttl: number;
  /** The candidate of a frequent key; `undefined` for keys of others. */
  readonly candidateOf: (key: string) => Candidate | undefined;
}

/** What a run is asked to do. */
export interface WarmRequest {
  /** Names of the warmers. Default: all. */
  readonly warmers?: readonly string[] | undefined;
  /** Most candidates of all warmers together, 1 to 100,000. Default 1,000. */
  readonly limit?: number | undefined;
  /** Most loads a second, 1 to 1,000. Default 50. */
  readonly rate?: number | undefined;
}

/** How far a warmer of a run has come. */
export interface WarmProgress {
  readonly name: string;
  /** Candidates that were loaded. */
  readonly done: number;
  /** Candidates that were present. */
  readonly skipped: number;
  readonly failed: number;
  /** All its candidates; `null` while they are not known. */
  readonly total: number | null;
}

/** A run that is under way. Times are milliseconds since 1970. */
export interface WarmRun {
  readonly id: string;
  readonly reason: WarmReason;
  readonly startedAt: number;
  readonly deadline: number;
  readonly limit: number;
  /** Most loads a second, and what it is at present. */
  readonly mostRate: number;
  readonly rate: number;
  /** Id of the process that runs it. */
  readonly leader: string;
  readonly warmers: readonly WarmProgress[];
}

/** A run that has ended. */
export interface WarmResult extends Pick<WarmRun, 'id' | 'reason' | 'startedAt' | 'warmers'> {
  readonly endedAt: number;
  /** `aborted`: stopped by a call, or by the end of the last process. */
  readonly outcome: 'done' | 'aborted' | 'deadline' | 'failed';
}

/** What is known of the runs of all processes. */
export interface WarmingStatus {
  readonly running: WarmRun | undefined;
  /** The last ten, the newest first. */
  readonly results: readonly WarmResult[];
}

/** What a process has looked at, by warmer. */
export type WarmTotals = ReadonlyMap<
  string,
  Readonly<Record<'done' | 'skipped' | 'failed', number>>
>;
