import type { UnavailableReason } from '../cache-errors.js';
import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import { pause, settleWithin } from '../clock.js';
import { AT_ONCE } from '../store/memory/memory-entry.js';
import type {
  Acquisition,
  CacheStore,
  Lease,
  LeaseTerms,
  RefreshLease,
  RefreshTerms,
  RefreshAcquisition,
} from '../store/cache-store.js';
import type { StoreCall, StoreOperation } from './store-wrapper.js';
import { StoreWrapper } from './store-wrapper.js';

/** How often a fault applies. */
export interface FaultOptions {
  /** Number of calls. Default: all, until `heal`. */
  readonly times?: number;
  /** Number of calls that pass first. Default 0. */
  readonly skip?: number;
}

/** A call that is held back. */
export interface HeldCall {
  /** Resolves when the call has arrived; with `holdReply`, when it has also been executed. */
  readonly arrived: Promise<void>;
  /** Lets the call continue. */
  release(): void;
}

/** Which calls: one operation, several, or `all`. */
export type FaultyOperations = StoreOperation | readonly StoreOperation[] | 'all';

interface Fault {
  readonly strikes: (operation: StoreOperation) => boolean;
  readonly play: <T>(run: () => Promise<T>) => Promise<T>;
  left: number;
  skip: number;
}

/**
 * Separates generations before and after a `disconnect`; more than any number of real reconnects.
 */
const PER_DISCONNECT = 2 ** 32;

/**
 * Wraps a store and makes it fail on command. It keeps the contract of stores: a call without an
 * answer fails at its deadline (by its `clock`, or that of the store), a removal after
 * `removalTimeoutMs`, with `CacheUnavailableError`. Of several faults the newest applies.
 *
 * ```ts
 * const { cache, faults } = testCache();
 * faults.fail('read', { times: 1 });          // rejected, once
 * faults.hang('all');                         // not executed, never answered
 * faults.loseReply('remove');                 // executed, never answered
 * faults.delay('fill', 30);                   // arrives 30 ms late
 * faults.disconnect();                        // unavailable: rejected at once
 * faults.heal();
 *
 * const held = faults.hold('fill');           // an exact interleaving
 * const reader = cache.getOrSet('k', load);
 * await held.arrived;
 * await cache.delete('k');
 * held.release();
 * ```
 *
 * The idea comes from bentocache's chaos drivers, which it keeps for its own tests.
 */
export class FaultyStore extends StoreWrapper {
  readonly #clock: Clock;
  readonly #removalTimeoutMs: number;
  #faults: Fault[] = [];
  #disconnected = false;
  #disconnects = 0;
  /** Calls that faults hold up now, since when there is one, and the milliseconds of those before. */
  #playing = 0;
  #since = 0;
  #playedMs = 0;
  readonly #faultClock = {
    now: (): number => this.#playedMs + (this.#playing > 0 ? this.#clock.now() - this.#since : 0),
  };

  constructor(inner: CacheStore, options: { clock?: Clock; removalTimeoutMs?: number } = {}) {
    super(inner);
    this.#clock = options.clock ?? super.clock;
    this.#removalTimeoutMs = options.removalTimeoutMs ?? 1_000;
  }

  override get clock(): Clock {
    return this.#clock;
  }

  /** Over a store that answers at once only faults take time: a late process is no slow store. */
  override get waitClock(): Pick<Clock, 'now'> {
    return this.inner.waitClock === AT_ONCE ? this.#faultClock : this.#clock;
  }

  override get connected(): boolean {
    return !this.#disconnected && super.connected;
  }

  override get circuit(): 'closed' | 'open' | 'half-open' {
    return this.#disconnected ? 'open' : super.circuit;
  }

  /** Rejects without doing anything. */
  fail(
    operations: FaultyOperations,
    options: FaultOptions & { readonly reason?: UnavailableReason } = {},
  ): void {
    const { reason = 'refused' } = options;
    const play = (): Promise<never> =>
      Promise.reject(new CacheUnavailableError(reason, 'The store fails on command.'));
    this.#add(operations, play, options);
  }

  /** Does nothing and never answers. */
  hang(operations: FaultyOperations, options: FaultOptions = {}): void {
    this.#add(operations, () => new Promise<never>(() => undefined), options);
  }

  /** Executes the call and never answers. */
  loseReply(operations: FaultyOperations, options: FaultOptions = {}): void {
    const play = (run: () => Promise<unknown>): Promise<never> => {
      run().catch(() => undefined);
      return new Promise(() => undefined);
    };
    this.#add(operations, play, options);
  }

  /** Executes the call `ms` milliseconds later, even if the caller has given up by then. */
  delay(operations: FaultyOperations, ms: number, options: FaultOptions = {}): void {
    this.#add(operations, (run) => pause(this.#clock, ms).then(run), options);
  }

  /** Holds the next such call before it is executed. */
  hold(operations: FaultyOperations, options: Pick<FaultOptions, 'skip'> = {}): HeldCall {
    const gate = new Gate();
    this.#add(operations, (run) => gate.stop().then(run), { ...options, times: 1 });
    return gate;
  }

  /** Lets the next such call execute and holds its answer. */
  holdReply(operations: FaultyOperations, options: Pick<FaultOptions, 'skip'> = {}): HeldCall {
    const gate = new Gate();
    const play = <T>(run: () => Promise<T>): Promise<T> => {
      const answer = run();
      const stop = (): Promise<T> => gate.stop().then(() => answer);
      return answer.then(stop, stop);
    };
    this.#add(operations, play, { ...options, times: 1 });
    return gate;
  }

  /** Disconnects: `connected` is false, every call is rejected at once, and leases are lost. */
  disconnect(): void {
    if (!this.#disconnected) this.#disconnects++;
    this.#disconnected = true;
  }

  /** Ends all faults. Stored values remain; hanging calls stay unanswered. */
  heal(): void {
    this.#faults = [];
    this.#disconnected = false;
  }

  /** A lease ends with its connection, even if the answer that granted it was lost. */
  override async acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    const disconnects = this.#disconnects;
    let abandoned = false;
    let granted: Acquisition | undefined;
    const handBack = async (): Promise<void> => {
      if (granted?.state === 'owned') await this.inner.release(granted.lease, withinMs);
    };
    const call: StoreCall = { operation: 'acquire', keys: [key], withinMs };
    const run = async (): Promise<Acquisition> => {
      granted = await this.inner.acquire(key, terms, withinMs);
      if (abandoned) await handBack();
      return granted;
    };
    const answer = await this.pass(call, run).catch(async (error: unknown) => {
      abandoned = true;
      await handBack().catch(() => undefined);
      throw error;
    });
    if (answer.state !== 'owned') return answer;
    const generation = answer.lease.generation + disconnects * PER_DISCONNECT;
    return { ...answer, lease: { ...answer.lease, generation } };
  }

  override fill(
    lease: Lease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    const own = this.#own(lease);
    return own === undefined ? Promise.resolve(false) : super.fill(own, text, ttlMs, withinMs);
  }

  override release(lease: Lease, withinMs: number, hitForMissMs?: number): Promise<boolean> {
    const own = this.#own(lease);
    if (own === undefined) return Promise.resolve(false);
    return super.release(own, withinMs, hitForMissMs);
  }

  override async acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    const disconnects = this.#disconnects;
    const answer = await super.acquireRefresh(key, head, terms, withinMs);
    if (answer.state !== 'owned') return answer;
    const generation = answer.refresh.generation + disconnects * PER_DISCONNECT;
    return { state: 'owned', refresh: { ...answer.refresh, generation } };
  }

  override refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    const own = this.#own(refresh);
    return own === undefined ? Promise.resolve(false) : super.refill(own, text, ttlMs, withinMs);
  }

  override releaseRefresh(
    refresh: RefreshLease,
    restMs: number,
    withinMs: number,
    hitForMissMs?: number,
  ): Promise<boolean> {
    const own = this.#own(refresh);
    if (own === undefined) return Promise.resolve(false);
    return super.releaseRefresh(own, restMs, withinMs, hitForMissMs);
  }

  protected pass<T>(call: StoreCall, run: () => Promise<T>): Promise<T> {
    if (this.#disconnected) {
      return Promise.reject(
        new CacheUnavailableError('offline', 'The store was disconnected on command.'),
      );
    }
    const fault = this.#faults.findLast((each) => each.strikes(call.operation) && --each.skip < 0);
    if (fault === undefined) return run();
    if (--fault.left === 0) this.#faults = this.#faults.filter((other) => other !== fault);
    const withinMs = call.withinMs ?? this.#removalTimeoutMs;
    if (this.#playing++ === 0) this.#since = this.#clock.now();
    return settleWithin(this.#clock, fault.play(run), withinMs, () => {
      throw new CacheUnavailableError('timeout', 'The store did not answer in time.');
    }).finally(() => {
      if (--this.#playing === 0) this.#playedMs += this.#clock.now() - this.#since;
    });
  }

  #add(operations: FaultyOperations, play: Fault['play'], options: FaultOptions): void {
    const { times = Infinity, skip = 0 } = options;
    const named = typeof operations === 'string' ? [operations] : operations;
    const strikes = (operation: StoreOperation): boolean =>
      operations === 'all' || named.includes(operation);
    this.#faults.push({ strikes, play, left: times, skip });
  }

  /** The wrapped store's own lease, unless it was lost by a `disconnect`. */
  #own<L extends Lease | RefreshLease>(lease: L): L | undefined {
    if (Math.floor(lease.generation / PER_DISCONNECT) !== this.#disconnects) return undefined;
    return { ...lease, generation: lease.generation % PER_DISCONNECT };
  }
}

class Gate implements HeldCall {
  #arrive: () => void = () => undefined;
  #open: () => void = () => undefined;
  readonly arrived = new Promise<void>((resolve) => (this.#arrive = resolve));
  readonly #opened = new Promise<void>((resolve) => (this.#open = resolve));

  stop(): Promise<void> {
    this.#arrive();
    return this.#opened;
  }

  release(): void {
    this.#open();
  }
}
