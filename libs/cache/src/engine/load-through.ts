import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheCounters } from '../cache-counters.js';
import type { CacheLog } from '../cache-log.js';
import { logSet } from '../cache-log.js';
import type { Clock } from '../clock.js';
import type { CacheStore, Lease } from '../store/cache-store.js';
import type { Budget } from './budget.js';
import type { GetOrSetOptions, Loader } from './cache-entry.js';
import { OwnLoads } from './own-loads.js';
import type { Flight } from './single-flight.js';
import { SingleFlight } from './single-flight.js';
import type { SerialisedValue } from './serialised-value.js';
import type { TrustedReads } from './trusted-reads.js';
import { ttlMilliseconds } from './ttl.js';
import type { ValueCodec } from './value-codec.js';

/** The bounds under which misses are loaded; all times in milliseconds. */
export interface LoadLimits {
  readonly deadlineMs: number;
  readonly leaseMs: number;
  readonly waitMs: number;
  readonly maxValueBytes: number;
}

/** What the loads of one cache share. */
export interface LoadParts {
  readonly store: CacheStore;
  /** The store's reads, as far as they may be trusted. */
  readonly reads: TrustedReads;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly counters: CacheCounters;
  readonly log: CacheLog;
  readonly limits: LoadLimits;
  readonly codec: ValueCodec;
}

/** What a load yielded. Each caller takes a copy, so that nobody shares a mutable object. */
export type Loaded =
  | { readonly value: SerialisedValue; readonly hit: true }
  | {
      readonly value: SerialisedValue;
      readonly hit: false;
      readonly stored: boolean;
      readonly ttlMs: number | undefined;
    }
  /** It cannot be serialised: handed on as the loader gave it. */
  | { readonly raw: unknown };

/** How the caller's own read of the key ended. */
export type MissKind = 'miss' | 'corrupt' | 'away';

const noop = (): void => undefined;

/** The longest time between two looks at a key that another process loads, in milliseconds. */
const LOOK_AGAIN_MS = 250;

/**
 * The way from a miss to a value: single flight in the process, a lease in the store, the loader,
 * and a fill that the store refuses if anything was invalidated since the lease was taken.
 *
 * After Facebook's memcache leases ("Scaling Memcache at Facebook", NSDI 2013, §3.2.1), with the
 * lease kept in the data key itself and its token adopted by whoever takes over a slow load.
 */
export class LoadThrough {
  readonly #flights = new SingleFlight<Loaded>();
  readonly #own = new OwnLoads();
  #saidOwn = false;

  constructor(private readonly parts: LoadParts) {}

  /** Loads under way in this process. */
  get loading(): number {
    return this.#flights.size;
  }

  /**
   * Joins or leads the load of a key that the caller has just missed. A loader that asks for its
   * own key is answered by the loader that it brings, without the store.
   *
   * Cost in store calls for the leader: one acquire and one fill; for a joiner none.
   *
   * @param lookedTwice the caller has already been sent back to read once
   * @param elsewhere called when somebody else, here or in another process, is loading the key
   * @returns `undefined` when the caller should read again
   */
  join<T>(
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    budget: Budget,
    miss: MissKind,
    lookedTwice: boolean,
    elsewhere: () => void = noop,
  ): Promise<Loaded> | undefined {
    if (this.#own.includes(key)) return this.#loadInside(key, loader);
    let led = false;
    const lead = (flight: Flight<Loaded>): Promise<void> => {
      led = true;
      return this.#lead(flight, key, loader, options, budget, miss === 'corrupt', elsewhere);
    };
    const outcome = this.#flights.join(key, lead, miss !== 'away' && !lookedTwice);
    if (outcome !== undefined && !led) {
      this.parts.counters.joins++;
      elsewhere();
    }
    return outcome;
  }

  async #lead<T>(
    flight: Flight<Loaded>,
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions,
    budget: Budget,
    replace: boolean,
    elsewhere: () => void,
  ): Promise<void> {
    const got = await this.#obtain(flight, key, budget, replace, elsewhere);
    if ('value' in got) {
      flight.land(got.covered, (resolve) => resolve({ value: got.value, hit: true }));
      return;
    }
    const { lease } = got;
    const seatedBefore = flight.beginLoad();
    let value: T;
    try {
      value = await this.#call(key, loader);
    } catch (error) {
      const covered = await this.#giveUp(flight, lease, budget, seatedBefore);
      flight.land(covered, (_, reject) => reject(error));
      return;
    }
    await this.#store(flight, key, value, options, lease, budget, seatedBefore);
  }

  async #call<T>(key: string, loader: Loader<T>): Promise<T> {
    const { counters } = this.parts;
    counters.loads++;
    try {
      return await this.#own.run(key, () => loader({ key }));
    } catch (error) {
      counters.load_errors++;
      throw error;
    }
  }

  /** For a caller inside of the key's own load; the outer load is the one that is stored. */
  async #loadInside<T>(key: string, loader: Loader<T>): Promise<Loaded> {
    if (!this.#saidOwn) {
      this.#saidOwn = true;
      this.parts.log.warn(
        `Cache: the loader of ${key} asks for ${key} itself, which is not cached.`,
      );
    }
    const inner = await this.#call(key, loader);
    const value = this.parts.codec.serialise(inner);
    if (typeof value === 'string') return { raw: inner };
    return { value, hit: false, stored: false, ttlMs: undefined };
  }

  /** The right to load: with a lease, without one (nothing will be stored), or no need any more. */
  async #obtain(
    flight: Flight<Loaded>,
    key: string,
    budget: Budget,
    replaceFirst: boolean,
    elsewhere: () => void,
  ): Promise<{ lease: Lease | undefined } | { value: SerialisedValue; covered: number }> {
    const { store, reads, clock, counters, limits, codec } = this.parts;
    const giveUpAt = clock.now() + limits.waitMs;
    const watch = store.watch(key);
    let replace = replaceFirst;
    try {
      for (;;) {
        const terms = { leaseMs: limits.leaseMs, replace };
        const answer = await budget.spend((ms) => reads.acquire(key, terms, ms));
        if (answer.state === 'owned') return { lease: answer.lease };
        if (answer.state === 'foreign') return { lease: undefined };
        if (answer.state === 'wait') {
          const patience = giveUpAt - clock.now();
          if (patience <= 0) return { lease: undefined };
          counters.waits++;
          elsewhere();
          await watch.changed(Math.min(answer.forMs + 1, LOOK_AGAIN_MS, patience));
        }
        // The value always comes from a new read, and is shared only with those who were here
        // before that read was sent.
        const covered = flight.mark();
        const text = await budget.spend((ms) => reads.read(key, ms));
        const opened = text === undefined ? undefined : await codec.open(text);
        if (typeof opened === 'object') return { value: opened.value, covered };
        // Whoever understands what is there must find it again: loaded, but not stored.
        if (opened === 'foreign') return { lease: undefined };
        replace = opened === 'corrupt';
      }
    } catch (error) {
      this.#excuse(error);
      return { lease: undefined };
    } finally {
      watch.close();
    }
  }

  async #store(
    flight: Flight<Loaded>,
    key: string,
    value: unknown,
    options: GetOrSetOptions,
    lease: Lease | undefined,
    budget: Budget,
    seatedBefore: number,
  ): Promise<void> {
    const { store, counters, log, limits, random, codec } = this.parts;
    const serialised = codec.serialise(value);
    if (typeof serialised === 'string') {
      if (serialised === 'unserialisable') {
        log.warn(`Cache: the value of ${key} is unserialisable, not stored.`);
      }
      const covered = await this.#giveUp(flight, lease, budget, seatedBefore);
      flight.land(covered, (resolve) => resolve({ raw: value }));
      return;
    }
    const { bytes } = serialised;
    const tooLarge = bytes > limits.maxValueBytes;
    if (tooLarge) log.warn(`Cache: the value of ${key} has ${bytes} bytes, not stored.`);
    if (lease === undefined || tooLarge) {
      const covered = await this.#giveUp(flight, lease, budget, seatedBefore);
      const loaded = { value: serialised, hit: false, stored: false, ttlMs: undefined } as const;
      flight.land(covered, (resolve) => resolve(loaded));
      return;
    }
    const seconds = value === null ? (options.negativeTtl ?? options.ttl) : options.ttl;
    const ttlMs = ttlMilliseconds(seconds, options.jitter, random);
    const packed = codec.pack(serialised);
    const text = typeof packed === 'string' ? packed : await packed;
    const seatedBeforeFill = flight.close();
    let stored: boolean | undefined;
    try {
      stored = await budget.spend((ms) => store.fill(lease, text, ttlMs, ms));
    } catch (error) {
      this.#excuse(error);
    }
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
   * Ends a load that stores nothing: hands the lease on, and asks the store on the way whether
   * anything was invalidated. Returns how many may share the outcome.
   */
  async #giveUp(
    flight: Flight<Loaded>,
    lease: Lease | undefined,
    budget: Budget,
    seatedBefore: number,
  ): Promise<number> {
    if (lease === undefined) return seatedBefore;
    const seatedBeforeRelease = flight.close();
    try {
      const held = await budget.spend((ms) => this.parts.store.release(lease, ms));
      return held ? seatedBeforeRelease : seatedBefore;
    } catch (error) {
      this.#excuse(error);
      return seatedBefore;
    }
  }

  /** A store that is away costs the caching, never the answer; anything else is a bug. */
  #excuse(error: unknown): void {
    if (!(error instanceof CacheUnavailableError)) throw error;
    this.parts.counters.errors++;
  }
}
