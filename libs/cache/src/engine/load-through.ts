import { CacheLoadTimeoutError } from '../cache-errors.js';
import { logSet, logUnstored } from '../cache-log.js';
import type { Loader } from './cache-entry.js';
import { WarnOnce } from '../warn-once.js';
import type { FillRight } from './fill-right.js';
import { HIT_FOR_MISS_MS } from './fill-right.js';
import { storageTerms } from './age.js';
import { BatchFailure } from './batch-failure.js';
import type { Loaded, LoadParts, LoadRequest } from './load-parts.js';
import type { LoaderResult } from './loader-run.js';
import { runLoader, UNSHARED, withinLimit } from './loader-run.js';
import type { Entanglement, Load } from './own-loads.js';
import { OwnLoads } from './own-loads.js';
import { RightOfWay } from './right-of-way.js';
import { RecentKeys } from './recent-keys.js';
import type { Flight } from './single-flight.js';
import { SingleFlight } from './single-flight.js';

/** Seconds after which a loader without a hard timeout is given up. */
const LIMIT_SECONDS = { foreground: 300, background: 30 };

/**
 * The way from a miss to a value: single flight in the process, a right of way in the store, the
 * loader, and a fill that the store refuses if anything was invalidated since.
 *
 * After Facebook's memcache leases ("Scaling Memcache at Facebook", NSDI 2013, §3.2.1), with the
 * lease kept in the data key itself and its token adopted by whoever takes over a slow load.
 */
export class LoadThrough {
  readonly #flights = new SingleFlight<Loaded>();
  readonly #own = new OwnLoads();
  readonly #rightOfWay: RightOfWay;
  /** Keys whose last outcome was its caller's alone. */
  readonly #unshared: RecentKeys;
  readonly #entangled: WarnOnce;

  constructor(private readonly parts: LoadParts) {
    this.#rightOfWay = new RightOfWay(parts);
    this.#unshared = new RecentKeys(parts.clock, HIT_FOR_MISS_MS);
    this.#entangled = new WarnOnce((message) => parts.log.warn(message));
  }

  /** Loads under way in this process. */
  get loading(): number {
    return this.#flights.size;
  }

  /** Whether this process loads the key at this moment. */
  isLoading(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Joins or leads the load of a key that the caller has just missed. A call that would wait for
   * itself, because it is made from inside of a load that the wanted one needs, is answered by the
   * loader that it brings, without the store.
   *
   * Cost in store calls for the leader: one acquire and one fill; for a joiner none.
   *
   * @param lookedTwice the caller has already been sent back to read once
   * @returns `undefined` when the caller should read again
   */
  join<T>(request: LoadRequest<T>, lookedTwice: boolean): Promise<Loaded> | undefined {
    const entanglement = this.#own.entangled(request.key);
    if (entanglement !== undefined) return this.#loadInside(request, entanglement);
    let led = false;
    const lead = (flight: Flight<Loaded>): Promise<void> => {
      led = true;
      return this.#lead(flight, request);
    };
    const confirmable = request.miss !== 'away';
    if (request.manner !== 'leave' && this.#unshared.has(request.key)) {
      return this.#flights.alone(lead);
    }
    const outcome = this.#flights.join(request.key, lead, confirmable, lookedTwice);
    if (outcome !== undefined && !led) {
      this.parts.counters.joins++;
      this.#own.wait(request.key, outcome);
      request.elsewhere?.();
    }
    return outcome;
  }

  /** Runs a loader of several keys for the runs of each of them, which wait for it. */
  loadTogether<T>(
    keys: readonly string[],
    parts: readonly Load[],
    loader: () => T | PromiseLike<T>,
  ): Promise<T> {
    const run = this.#own.runTogether(new Set(keys), parts, loader);
    const ms = LIMIT_SECONDS.foreground * 1000;
    const late = (): Error => new CacheLoadTimeoutError(keys[0] ?? '', ms);
    return withinLimit(this.parts.clock, run, ms, late);
  }

  async #lead<T>(flight: Flight<Loaded>, request: LoadRequest<T>): Promise<void> {
    const got = await this.#rightOfWay.obtain(flight, request);
    if (got === 'left-alone') {
      // It says nothing about any value, so everybody may hear it; not those who would wait.
      const covered = request.manner === 'leave' ? 1 : flight.mark();
      flight.land(covered, (resolve) => resolve(got));
      return;
    }
    if ('value' in got) {
      const { value, freshMs, covered } = got;
      flight.land(covered, (resolve) => resolve({ value, hit: true, freshMs }));
      return;
    }
    const { right } = got;
    const seatedBefore = flight.beginLoad();
    let result: LoaderResult;
    try {
      result = await this.#call(request);
    } catch (error) {
      const seated = flight.close();
      const release = (): Promise<boolean> => this.#giveUp(right, request, true);
      const ofMany = error instanceof BatchFailure;
      const confirmed = ofMany ? await error.end(release) : await release();
      const reason: unknown = ofMany ? error.reason : error;
      flight.land(confirmed ? seated : seatedBefore, (_, reject) => reject(reason));
      return;
    }
    await this.#store(flight, request, result, right, seatedBefore);
  }

  /** @param shared whether others may wait for it */
  async #call<T>(
    { key, loader, options, manner, ofBatch }: LoadRequest<T>,
    shared = true,
  ): Promise<LoaderResult> {
    const { counters, clock, closing } = this.parts;
    const background = manner === 'leave';
    const limit = background ? LIMIT_SECONDS.background : LIMIT_SECONDS.foreground;
    // The call that a batch makes for all of its keys has the limit, see `loadTogether`.
    const hard = options.hardTimeout ?? (ofBatch === true ? undefined : limit);
    const inside: Loader<T> = (context) => this.#own.run(key, () => loader(context), shared);
    counters.loads++;
    try {
      return await runLoader(clock, inside, options, {
        key,
        background,
        hardMs: hard === undefined ? undefined : hard * 1000,
        closing: background ? closing : undefined,
      });
    } catch (error) {
      counters.load_errors++;
      throw error;
    }
  }

  /** For a caller that would wait for itself; the outer load is the one that is stored. */
  async #loadInside<T>(request: LoadRequest<T>, why: Entanglement): Promise<Loaded> {
    this.#tell(why, request.key);
    let inner: unknown;
    try {
      inner = (await this.#call(request, false)).value;
    } catch (error) {
      if (!(error instanceof BatchFailure)) throw error;
      // The store was not asked about this key.
      await error.end(() => Promise.resolve(false));
      throw error.reason;
    }
    if (inner === UNSHARED) return { raw: undefined };
    const value = this.parts.codec.serialise(inner);
    if (typeof value === 'string') return { raw: inner };
    return { value, hit: false, stored: false, ttlMs: undefined };
  }

  /** Once of each kind. A batch loader that is made of reads of its keys is as it should be. */
  #tell(why: Entanglement, key: string): void {
    if (why === 'together') return;
    this.#entangled.warn(
      why,
      why === 'inside'
        ? `Cache: the loader of ${key} asks for ${key} itself, which is not cached.`
        : `Cache: the load of ${key} waits for a load that asks for ${key}, which is loaded once more and not cached.`,
    );
  }

  async #store<T>(
    flight: Flight<Loaded>,
    request: LoadRequest<T>,
    { value, options, loadMs, skipStore }: LoaderResult,
    right: FillRight | undefined,
    seatedBefore: number,
  ): Promise<void> {
    const { store, counters, log, limits, random, codec, lookup } = this.parts;
    const { key, budget } = request;
    const end = async (): Promise<number> => {
      const seated = flight.close();
      return (await this.#giveUp(right, request, false)) ? seated : seatedBefore;
    };
    if (value === UNSHARED) {
      await end();
      this.#unshared.add(key);
      flight.part((resolve) => resolve({ raw: undefined }));
      return;
    }
    this.#unshared.delete(key);
    const serialised = codec.serialise(value);
    if (typeof serialised === 'string') {
      if (serialised === 'unserialisable') logUnstored(log, key, serialised);
      flight.land(await end(), (resolve) => resolve({ raw: value }));
      return;
    }
    const returned = async (): Promise<void> => {
      const loaded = { value: serialised, hit: false, stored: false, ttlMs: undefined } as const;
      flight.land(await end(), (resolve) => resolve(loaded));
    };
    const tooLarge = serialised.bytes > limits.maxValueBytes;
    if (tooLarge) logUnstored(log, key, serialised);
    const kept = storageTerms(value, options, loadMs, random);
    if (right === undefined || tooLarge || skipStore || kept === undefined) return returned();
    const packed = codec.pack(serialised, kept.terms);
    const text = typeof packed === 'string' ? packed : await packed;
    if (store.fits?.(key, text) === false) {
      logUnstored(log, key, serialised);
      return returned();
    }
    const seatedBeforeFill = flight.close();
    let stored: boolean | undefined;
    try {
      stored = await budget.spend((ms) => right.fill(text, kept.keptMs, ms), true);
    } catch (error) {
      lookup.excuse(error);
    }
    const ttlMs = kept.freshMs;
    if (stored === true) {
      counters.sets++;
      logSet(log, key, ttlMs);
    } else if (stored === false) {
      counters.refused_fills++;
    }
    const loaded = { value: serialised, hit: false, stored: stored === true, ttlMs } as const;
    flight.land(stored === true ? seatedBeforeFill : seatedBefore, (resolve) => resolve(loaded));
  }

  /**
   * Ends a load that stores nothing: hands the right on, and asks the store on the way whether
   * anything was invalidated; whether it confirmed that nothing was.
   */
  async #giveUp<T>(
    right: FillRight | undefined,
    { budget }: LoadRequest<T>,
    failed: boolean,
  ): Promise<boolean> {
    if (right === undefined) return false;
    try {
      return await budget.spend((ms) => right.giveUp(failed, ms), true);
    } catch (error) {
      this.parts.lookup.excuse(error);
      return false;
    }
  }
}
