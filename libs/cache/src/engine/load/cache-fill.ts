import { CacheLoadTimeoutError } from '../../cache-errors.js';
import { logSet, logUnstored } from '../../cache-log.js';
import { settleWithin } from '../../clock.js';
import type { LoadContext } from '../../values/get-or-set-options.js';
import { WarnOnce } from '../../episodes.js';
import { STORE_CALL } from '../../observe/recorder.js';
import { OpenTransaction } from '../open-transaction.js';
import type { FillLease } from './fill-lease.js';
import { HIT_FOR_MISS_MS } from './fill-lease.js';
import { asksFor } from '../../values/as.js';
import { storageTerms } from '../../values/staleness.js';
import { BatchFailure } from './batch-failure.js';
import type { LoadOutcome, LoadParts, LoadRequest } from './load-request.js';
import type { LoaderResult } from './run-loader.js';
import { runLoader, UNSHARED } from './run-loader.js';
import type { Entanglement, Load } from './load-graph.js';
import { LoadGraph } from './load-graph.js';
import { LeaseAcquisition } from './lease-acquisition.js';
import { RecentKeys } from './recent-keys.js';
import type { Flight } from './single-flight.js';
import { SingleFlight } from './single-flight.js';

/** Timeout in seconds of a loader without a hard timeout. */
const LIMIT_SECONDS = { foreground: 300, background: 30 };

/** Why a caller loads alone: see `Entanglement`, or it reads inside its transaction. */
type Alone = Entanglement | 'transaction';

const NOT_CACHED: Readonly<
  Record<Exclude<Alone, 'together' | 'endless'>, (key: string) => string>
> = {
  inside: (key) => `the loader of ${key} reads ${key} itself; the inner read is not cached.`,
  cycle: (key) =>
    `the load of ${key} waits for a load that reads ${key}; the inner read is loaded again and not cached.`,
  transaction: (key) =>
    `${key} was loaded inside an open transaction and is not cached, because it may never be committed; read it before or after.`,
};

/**
 * From a miss to a value: single flight in the process, a lease in the store, the loader, and a
 * fill that the store refuses if the key was invalidated since.
 *
 * After Facebook's memcache leases ("Scaling Memcache at Facebook", NSDI 2013, §3.2.1), with the
 * lease stored in the data key itself and its token adopted by the process that takes over a slow
 * load.
 */
export class CacheFill {
  readonly #flights = new SingleFlight<LoadOutcome>();
  readonly #reentrancy = new LoadGraph();
  readonly #acquisition: LeaseAcquisition;
  /** Keys whose last outcome was not shared. */
  readonly #unshared: RecentKeys;
  readonly #entangled: WarnOnce;

  constructor(private readonly parts: LoadParts) {
    this.#acquisition = new LeaseAcquisition(parts);
    this.#unshared = new RecentKeys(parts.clock, HIT_FOR_MISS_MS);
    this.#entangled = new WarnOnce((message) => parts.logger.warn(message));
  }

  /** Number of running loads in this process. */
  get loading(): number {
    return this.#flights.size;
  }

  /** Whether this process is loading the key. */
  isLoading(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Joins or leads the load of a key after a miss. A call from inside a load that would wait for
   * itself, or from inside a transaction, runs its own loader instead, without the store.
   *
   * Cost in store calls for the leader: one acquire and one fill; for a joiner none.
   *
   * @param isRetry whether the caller has already read again once
   * @returns `undefined` when the caller should read again
   */
  join<T>(request: LoadRequest<T>, isRetry: boolean): Promise<LoadOutcome> | undefined {
    const why =
      OpenTransaction.current === undefined
        ? this.#reentrancy.entangled(request.key)
        : 'transaction';
    if (why !== undefined) return this.#loadAlone(request, why);
    let led = false;
    const lead = (flight: Flight<LoadOutcome>): Promise<void> => {
      led = true;
      return this.#lead(flight, request);
    };
    const confirmable = request.miss !== 'unavailable';
    if (request.onContention !== 'skip' && this.#unshared.has(request.key)) {
      return this.#flights.alone(lead);
    }
    const outcome = this.#flights.join(request.key, lead, confirmable, isRetry);
    if (outcome !== undefined && !led) {
      this.parts.recorder.add(request.key, request.options, 'joined');
      this.#reentrancy.wait(request.key, outcome);
      request.onContended?.();
    }
    return outcome;
  }

  /** Runs a loader of several keys on behalf of the waiting load of each key. */
  loadTogether<T>(
    keys: readonly string[],
    parts: readonly Load[],
    loader: () => T | PromiseLike<T>,
  ): Promise<T> {
    const run = this.#reentrancy.run(new Set(keys), loader, false, parts);
    const ms = LIMIT_SECONDS.foreground * 1000;
    return settleWithin(this.parts.clock, run, ms, () => {
      throw new CacheLoadTimeoutError(keys[0] ?? '', ms);
    });
  }

  async #lead<T>(flight: Flight<LoadOutcome>, request: LoadRequest<T>): Promise<void> {
    const got = await this.#acquisition.acquire(flight, request);
    if (got === 'skipped') {
      // The outcome contains no value, so all callers may share it, except those that would wait.
      const count = request.onContention === 'skip' ? 1 : flight.waiterCount();
      flight.settle(count, got);
      return;
    }
    if ('value' in got) {
      const { value, freshMs, waiters } = got;
      flight.settle(waiters, { value, hit: true, freshMs });
      return;
    }
    const { right } = got;
    const waitersBefore = flight.beginLoad();
    let result: LoaderResult;
    try {
      result = await this.#call(request);
    } catch (error) {
      const waiters = flight.seal();
      const release = (): Promise<boolean> => this.#release(right, request, true);
      const ofMany = error instanceof BatchFailure;
      const confirmed = ofMany ? await error.end(release) : await release();
      const reason: unknown = ofMany ? error.reason : error;
      flight.fail(confirmed ? waiters : waitersBefore, reason);
      return;
    }
    await this.#store(flight, request, result, right, waitersBefore);
  }

  /** @param shared whether other callers may wait for it */
  async #call<T>(
    { key, loader, options, onContention, ofBatch }: LoadRequest<T>,
    shared = true,
  ): Promise<LoaderResult> {
    const { recorder, clock, closing, lost } = this.parts;
    const background = onContention === 'skip';
    const limit = background ? LIMIT_SECONDS.background : LIMIT_SECONDS.foreground;
    // The limit applies to the call for all keys of a batch, see `loadTogether`.
    const hard = options.hardTimeout ?? (ofBatch === true ? undefined : limit);
    const inside = (context: LoadContext): Promise<T> =>
      this.#reentrancy.run(new Set([key]), () => loader(context), shared);
    recorder.add(key, options, 'load');
    try {
      const result = await runLoader(clock, inside, options, {
        key,
        background,
        hardMs: hard === undefined ? undefined : hard * 1000,
        closing: background ? closing : undefined,
      });
      if (lost !== undefined && !asksFor(options)) lost.check(key, result.value);
      recorder.loaded(key, options, result.loadMs);
      return result;
    } catch (error) {
      recorder.loadFailed(key, options, error);
      throw error;
    }
  }

  /** For a caller that would wait for itself, or reads in its transaction: nothing is stored. */
  async #loadAlone<T>(request: LoadRequest<T>, why: Alone): Promise<LoadOutcome> {
    if (why === 'endless') {
      throw new RangeError(
        `The loader of ${request.key} reads ${request.key} itself, directly or through other keys, without end.`,
      );
    }
    this.#warn(why, request.key);
    let inner: unknown;
    try {
      inner = (await this.#call(request, false)).value;
    } catch (error) {
      if (!(error instanceof BatchFailure)) throw error;
      // The store was not called for this key.
      await error.end(() => Promise.resolve(false));
      throw error.reason;
    }
    if (inner === UNSHARED) return { raw: undefined };
    const value = this.parts.codec.serialise(inner);
    if (typeof value === 'string') return { raw: inner };
    return { value, hit: false, stored: false, ttlMs: undefined };
  }

  /** Warns once about each kind. A batch loader that reads its own keys is fine. */
  #warn(why: Exclude<Alone, 'endless'>, key: string): void {
    if (why !== 'together') this.#entangled.warn(why, `Cache: ${NOT_CACHED[why](key)}`);
  }

  async #store<T>(
    flight: Flight<LoadOutcome>,
    request: LoadRequest<T>,
    { value, options, loadMs, skipStore }: LoaderResult,
    right: FillLease | undefined,
    waitersBefore: number,
  ): Promise<void> {
    const { store, recorder, logger, limits, random, codec, lookup } = this.parts;
    const { key, budget } = request;
    const end = async (): Promise<number> => {
      const waiters = flight.seal();
      return (await this.#release(right, request, false)) ? waiters : waitersBefore;
    };
    if (value === UNSHARED) {
      await end();
      this.#unshared.add(key);
      flight.part({ raw: undefined });
      return;
    }
    this.#unshared.delete(key);
    const serialised = codec.serialise(value);
    if (typeof serialised === 'string') {
      if (serialised === 'unserialisable') {
        logUnstored(logger, key, serialised);
        recorder.refused(key, options, serialised);
      }
      flight.settle(await end(), { raw: value });
      return;
    }
    const loaded = { value: serialised, hit: false, stored: false, ttlMs: undefined } as const;
    const returned = async (): Promise<void> => flight.settle(await end(), loaded);
    const tooLarge = serialised.bytes > limits.maxValueBytes;
    if (tooLarge) {
      logUnstored(logger, key, serialised);
      recorder.refused(key, options, 'too_large');
    }
    const kept = storageTerms(value, options, loadMs, random);
    if (right === undefined || tooLarge || skipStore || kept === undefined) return returned();
    const packed = codec.pack(serialised, kept.terms);
    const text = typeof packed === 'string' ? packed : await packed;
    if (store.fits?.(key, text) === false) {
      logUnstored(logger, key, serialised);
      recorder.refused(key, options, 'too_large');
      return returned();
    }
    const waitersBeforeFill = flight.seal();
    let stored: boolean | undefined;
    try {
      const fill = (ms: number): Promise<boolean> => right.fill(text, kept.keptMs, ms);
      stored = await budget.spend(fill, STORE_CALL.fill, true);
    } catch (error) {
      lookup.countUnavailable(error);
    }
    const ttlMs = kept.freshMs;
    if (stored === true) {
      const via = request.onContention === 'skip' ? 'refresh' : 'fill';
      recorder.stored(key, options, { via, text, bytes: serialised.bytes, ttlMs });
      logSet(logger, key, ttlMs);
    } else recorder.refused(key, options, stored === false ? 'invalidated' : 'unavailable');
    const outcome = { ...loaded, stored: stored === true, ttlMs };
    flight.settle(stored === true ? waitersBeforeFill : waitersBefore, outcome);
  }

  /**
   * Ends a load that stores nothing: releases the lease. Resolves with whether the store confirmed
   * that the key was not invalidated meanwhile.
   */
  async #release<T>(
    right: FillLease | undefined,
    { budget }: LoadRequest<T>,
    failed: boolean,
  ): Promise<boolean> {
    if (right === undefined) return false;
    try {
      return await budget.spend((ms) => right.release(failed, ms), STORE_CALL.release, true);
    } catch (error) {
      this.parts.lookup.countUnavailable(error);
      return false;
    }
  }
}
