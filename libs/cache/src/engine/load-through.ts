import { logSet } from '../cache-log.js';
import type { Loader } from './cache-entry.js';
import type { FillRight } from './fill-right.js';
import { storageTerms } from './age.js';
import { isItemError } from './batch.js';
import type { Loaded, LoadParts, LoadRequest } from './load-parts.js';
import type { LoaderResult } from './loader-run.js';
import { runLoader } from './loader-run.js';
import { OwnLoads } from './own-loads.js';
import { RightOfWay } from './right-of-way.js';
import type { Flight } from './single-flight.js';
import { SingleFlight } from './single-flight.js';

/** Without a hard timeout, a loader that nobody waits for is given up after so long. */
const BACKGROUND_LIMIT_SECONDS = 30;

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
  #saidOwn = false;

  constructor(private readonly parts: LoadParts) {
    this.#rightOfWay = new RightOfWay(parts);
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
   * Joins or leads the load of a key that the caller has just missed. A loader that asks for its
   * own key is answered by the loader that it brings, without the store.
   *
   * Cost in store calls for the leader: one acquire and one fill; for a joiner none.
   *
   * @param lookedTwice the caller has already been sent back to read once
   * @returns `undefined` when the caller should read again
   */
  join<T>(request: LoadRequest<T>, lookedTwice: boolean): Promise<Loaded> | undefined {
    if (this.#own.includes(request.key)) return this.#loadInside(request);
    let led = false;
    const lead = (flight: Flight<Loaded>): Promise<void> => {
      led = true;
      return this.#lead(flight, request);
    };
    const confirmable = request.miss !== 'away' && !lookedTwice;
    const outcome = this.#flights.join(request.key, lead, confirmable);
    if (outcome !== undefined && !led) {
      this.parts.counters.joins++;
      request.elsewhere?.();
    }
    return outcome;
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
      const confirmed = await this.#giveUp(flight, right, request, seatedBefore, true);
      // The store confirms this key only.
      const isOfOthers = request.loadsOthers === true && !isItemError(error);
      flight.land(isOfOthers ? seatedBefore : confirmed, (_, reject) => reject(error));
      return;
    }
    await this.#store(flight, request, result, right, seatedBefore);
  }

  async #call<T>({ key, loader, options, manner }: LoadRequest<T>): Promise<LoaderResult> {
    const { counters, clock, closing } = this.parts;
    const background = manner === 'leave';
    const hard = options.hardTimeout ?? (background ? BACKGROUND_LIMIT_SECONDS : undefined);
    const inside: Loader<T> = (context) => this.#own.run(key, () => loader(context));
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

  /** For a caller inside of the key's own load; the outer load is the one that is stored. */
  async #loadInside<T>(request: LoadRequest<T>): Promise<Loaded> {
    const { key } = request;
    if (!this.#saidOwn) {
      this.#saidOwn = true;
      this.parts.log.warn(
        `Cache: the loader of ${key} asks for ${key} itself, which is not cached.`,
      );
    }
    const { value: inner } = await this.#call(request);
    const value = this.parts.codec.serialise(inner);
    if (typeof value === 'string') return { raw: inner };
    return { value, hit: false, stored: false, ttlMs: undefined };
  }

  async #store<T>(
    flight: Flight<Loaded>,
    request: LoadRequest<T>,
    { value, options, loadMs, skipStore }: LoaderResult,
    right: FillRight | undefined,
    seatedBefore: number,
  ): Promise<void> {
    const { counters, log, limits, random, codec, lookup } = this.parts;
    const { key, budget } = request;
    const serialised = codec.serialise(value);
    if (typeof serialised === 'string') {
      if (serialised === 'unserialisable') {
        log.warn(`Cache: the value of ${key} is unserialisable, not stored.`);
      }
      const covered = await this.#giveUp(flight, right, request, seatedBefore, false);
      flight.land(covered, (resolve) => resolve({ raw: value }));
      return;
    }
    const { bytes } = serialised;
    const tooLarge = bytes > limits.maxValueBytes;
    if (tooLarge) log.warn(`Cache: the value of ${key} has ${bytes} bytes, not stored.`);
    const kept = storageTerms(value, options, loadMs, random);
    if (right === undefined || tooLarge || skipStore || kept === undefined) {
      const covered = await this.#giveUp(flight, right, request, seatedBefore, false);
      const loaded = { value: serialised, hit: false, stored: false, ttlMs: undefined } as const;
      flight.land(covered, (resolve) => resolve(loaded));
      return;
    }
    const packed = codec.pack(serialised, kept.terms);
    const text = typeof packed === 'string' ? packed : await packed;
    const seatedBeforeFill = flight.close();
    let stored: boolean | undefined;
    try {
      stored = await budget.spend((ms) => right.fill(text, kept.keptMs, ms));
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
   * anything was invalidated. Returns how many may share the outcome.
   */
  async #giveUp<T>(
    flight: Flight<Loaded>,
    right: FillRight | undefined,
    { budget }: LoadRequest<T>,
    seatedBefore: number,
    failed: boolean,
  ): Promise<number> {
    if (right === undefined) return seatedBefore;
    const seatedBeforeRelease = flight.close();
    try {
      const held = await budget.spend((ms) => right.giveUp(failed, ms));
      return held ? seatedBeforeRelease : seatedBefore;
    } catch (error) {
      this.parts.lookup.excuse(error);
      return seatedBefore;
    }
  }
}
