import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { StoreGate } from './store-gate.js';
import { ENDING } from './store-gate.js';

/** Stands for the request of operations outside any request. */
const NO_REQUEST = {};

/**
 * The time that one operation may spend waiting for the store. It runs while at least one store
 * call is pending: concurrent calls cost as much as the longest. The loader's time, the wait for
 * another process's load, and the queue at the gate are not counted.
 *
 * The operations of a request share one budget: each starts with the time used by finished
 * operations and by the oldest pending one so far. Concurrent operations therefore cost together as
 * much as the longest, however long this process takes to start all their calls.
 */
export class DeadlineBudget {
  /**
   * Pending operations of this request; created only within a request, to keep a plain hit cheap.
   */
  #running: Set<DeadlineBudget> | undefined;
  #usedMs = 0;
  #pending = 0;
  #since = 0;

  /**
   * @param gate absent where calls do not queue
   * @param request absent outside a request
   */
  constructor(
    private readonly time: Pick<Clock, 'now'>,
    private readonly milliseconds: number,
    private readonly gate?: StoreGate,
    private readonly request?: DeadlineBudget,
  ) {
    if (request !== undefined) this.#usedMs = request.#usedSoFar();
  }

  /** Whether no time is left, so that every further call is rejected. */
  get exhausted(): boolean {
    return this.#usedMs >= this.milliseconds;
  }

  /**
   * A budget for one of several keys that load concurrently, starting with the time used so far.
   */
  fork(): DeadlineBudget {
    const fork = new DeadlineBudget(this.time, this.milliseconds, this.gate, this.request);
    fork.#usedMs = this.#usedMs;
    return fork;
  }

  /** The budget of the next chunk: its own, or the rest of the request's. */
  next(): DeadlineBudget {
    if (this.exhausted || this.request !== undefined) return this;
    return new DeadlineBudget(this.time, this.milliseconds, this.gate);
  }

  /** Enters the gate; `undefined` when that is possible at once. `entered` must follow. */
  enter(ending = false): Promise<void> | undefined {
    return this.gate?.enter(ending ? ENDING : (this.request ?? NO_REQUEST));
  }

  /**
   * Starts one store call and returns the milliseconds that it may take; exactly one `end` must
   * follow. Returns 0 when calls queue at the gate: then `queue` starts it. Separate from `spend`,
   * so that a hit needs no promise for it.
   *
   * @throws CacheUnavailableError when no time is left; `end` must not follow then
   */
  begin(): number {
    return this.gate?.tryEnter() === false ? 0 : this.#start(this.gate);
  }

  /** As `begin`, after the calls that are queued. */
  async queue(): Promise<number> {
    await this.enter();
    return this.#start(this.gate);
  }

  /** @param withinMs what `begin` or `queue` returned */
  end(withinMs: number): void {
    const usedMs = this.#stop();
    this.gate?.leave(usedMs - (this.milliseconds - withinMs));
  }

  /** Records a failed call; one that timed out has used all the time. */
  failed(error: unknown): void {
    const gaveUp = error instanceof CacheUnavailableError && error.reason === 'timeout';
    if (gaveUp) this.#use(this.milliseconds);
  }

  /**
   * Runs one store call with the remaining time, as soon as the gate admits it.
   *
   * @param ending the call ends a load and takes precedence
   * @throws CacheUnavailableError when nothing is left
   */
  async spend<T>(call: (withinMs: number) => Promise<T>, ending = false): Promise<T> {
    if (this.gate?.tryEnter() === false) await this.enter(ending);
    return this.entered(call);
  }

  /**
   * Charges other work to this budget that is not a store call of this operation and does not pass
   * the gate. The work starts before this returns.
   *
   * @throws CacheUnavailableError when nothing is left
   */
  async charge<T>(work: (withinMs: number) => Promise<T>): Promise<T> {
    const withinMs = this.#start(undefined);
    try {
      return await work(withinMs);
    } finally {
      this.#stop();
    }
  }

  /** As `spend`, after a separate `enter`: the call is made before this returns. */
  async entered<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    const withinMs = this.#start(this.gate);
    try {
      return await call(withinMs);
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.end(withinMs);
    }
  }

  /**
   * Starts the clock and returns the milliseconds left. @param entered the gate to leave when none
   * are left
   */
  #start(entered: StoreGate | undefined): number {
    const now = this.time.now();
    const restMs = this.milliseconds - this.#usedAt(now);
    if (restMs <= 0) {
      entered?.leave();
      throw new CacheUnavailableError('timeout', 'The deadline for store calls has passed.');
    }
    if (this.#pending === 0) {
      this.#since = now;
      if (this.request !== undefined) (this.request.#running ??= new Set()).add(this);
    }
    this.#pending++;
    return restMs;
  }

  /** Stops the clock and returns the milliseconds used. */
  #stop(): number {
    const usedMs = this.#usedAt(this.time.now());
    this.#pending--;
    if (this.#pending > 0) return usedMs;
    this.#use(usedMs);
    if (this.request !== undefined) this.request.#running?.delete(this);
    return usedMs;
  }

  #use(usedMs: number): void {
    this.#usedMs = Math.max(this.#usedMs, usedMs);
    if (this.request !== undefined) this.request.#use(usedMs);
  }

  #usedAt(now: number): number {
    return this.#usedMs + (this.#pending === 0 ? 0 : Math.max(0, now - this.#since));
  }

  #usedSoFar(): number {
    for (const oldest of this.#running ?? []) {
      return Math.max(this.#usedMs, oldest.#usedAt(this.time.now()));
    }
    return this.#usedMs;
  }
}
