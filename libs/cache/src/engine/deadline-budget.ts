import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { StoreCall } from '../observe/recorder.js';
import { STORE_CALL } from '../observe/recorder.js';
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
    return this.gate?.tryEnter() === false ? 0 : this.#start();
  }

  /** As `begin`, after the calls that are queued. */
  async queue(): Promise<number> {
    await this.enter();
    return this.#start();
  }

  /** @param withinMs what `begin` or `queue` returned */
  end(withinMs: number, call: StoreCall = STORE_CALL.read): void {
    const usedMs = this.#advance();
    this.#pending--;
    if (this.#pending === 0 && this.request !== undefined) this.request.#running?.delete(this);
    this.gate?.leave(usedMs - (this.milliseconds - withinMs), call);
  }

  /** Records a failed call; one that timed out has used all the time. */
  failed(error: unknown): void {
    if (!(error instanceof CacheUnavailableError) || error.reason !== 'timeout') return;
    this.#usedMs = Math.max(this.#usedMs, this.milliseconds);
    this.#advance();
  }

  /**
   * Runs one store call with the remaining time, as soon as the gate admits it.
   *
   * @param kind what its duration is counted under
   * @param ending the call ends a load and takes precedence
   * @throws CacheUnavailableError when nothing is left
   */
  async spend<T>(
    call: (withinMs: number) => Promise<T>,
    kind: StoreCall,
    ending = false,
  ): Promise<T> {
    if (this.gate?.tryEnter() === false) await this.enter(ending);
    return this.entered(call, kind);
  }

  /** As `spend`, after a separate `enter`: the call is made before this returns. */
  async entered<T>(call: (withinMs: number) => Promise<T>, kind: StoreCall): Promise<T> {
    const withinMs = this.#start();
    try {
      return await call(withinMs);
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.end(withinMs, kind);
    }
  }

  /** Starts the clock inside the gate and returns the milliseconds left. */
  #start(): number {
    const restMs = this.milliseconds - this.#advance();
    if (restMs <= 0) {
      this.gate?.leave();
      throw new CacheUnavailableError('timeout', 'The deadline for store calls has passed.');
    }
    if (this.#pending === 0 && this.request !== undefined) {
      (this.request.#running ??= new Set()).add(this);
    }
    this.#pending++;
    return restMs;
  }

  /** Adds the time since the last change while a call was pending; returns the milliseconds used. */
  #advance(): number {
    const now = this.time.now();
    if (this.#pending > 0) this.#usedMs += Math.max(0, now - this.#since);
    this.#since = now;
    if (this.request !== undefined) {
      this.request.#usedMs = Math.max(this.request.#usedMs, this.#usedMs);
    }
    return this.#usedMs;
  }

  /** What a request has used: its finished operations, or the oldest pending one so far. */
  #usedSoFar(): number {
    const [oldest] = this.#running ?? [];
    if (oldest !== undefined) oldest.#advance();
    return this.#usedMs;
  }
}
