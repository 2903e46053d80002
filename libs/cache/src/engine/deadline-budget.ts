import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { StoreGate } from './store-gate.js';
import { ENDING } from './store-gate.js';

/** Operations outside of any request. */
const NO_REQUEST = {};

/**
 * The time that may be spent waiting for the store by one operation. It runs while at least one
 * store call is on its way: calls made side by side cost what the longest costs. The loader's time,
 * waiting for another process's load, and the queue at the gate are not counted.
 *
 * The operations of a request share one: each begins with what those before it have used, and with
 * what the oldest that is still waiting has used so far. Those that are begun together therefore
 * cost together what the longest costs, however long it takes this process to make all their calls.
 */
export class DeadlineBudget {
  /** Operations of this request that wait for the store; made for a request only: a hit pays for it. */
  #running: Set<DeadlineBudget> | undefined;
  #usedMs = 0;
  #pending = 0;
  #since = 0;

  /**
   * @param gate absent where nothing queues
   * @param request absent outside of one
   */
  constructor(
    private readonly time: Pick<Clock, 'now'>,
    private readonly milliseconds: number,
    private readonly gate?: StoreGate,
    private readonly request?: DeadlineBudget,
  ) {
    if (request !== undefined) this.#usedMs = request.#usedSoFar();
  }

  /** Nothing is left: every call from now on is refused. */
  get exhausted(): boolean {
    return this.#usedMs >= this.milliseconds;
  }

  /** The time of one of several keys that are loaded side by side, behind what was used so far. */
  fork(): DeadlineBudget {
    const fork = new DeadlineBudget(this.time, this.milliseconds, this.gate, this.request);
    fork.#usedMs = this.#usedMs;
    return fork;
  }

  /** The time for the next turn: its own, or what is left of the request's. */
  next(): DeadlineBudget {
    if (this.exhausted || this.request !== undefined) return this;
    return new DeadlineBudget(this.time, this.milliseconds, this.gate);
  }

  /** Takes a place at the gate: `undefined` at once. `entered` must follow. */
  enter(ending = false): Promise<void> | undefined {
    return this.gate?.enter(ending ? ENDING : (this.request ?? NO_REQUEST));
  }

  /**
   * Starts one store call, and returns the milliseconds that it may take; exactly one `end` must
   * follow. 0 when calls queue at the gate: then `queue` starts it. Apart from `spend`, so that a hit
   * needs no promise for it.
   *
   * @throws CacheUnavailableError when nothing is left; no `end` then
   */
  begin(): number {
    return this.gate?.tryEnter() === false ? 0 : this.#start(this.gate);
  }

  /** As `begin`, behind the calls that came before. @param ending see `spend` */
  async queue(ending = false): Promise<number> {
    await this.enter(ending);
    return this.#start(this.gate);
  }

  /** @param withinMs what `begin` or `queue` returned */
  end(withinMs: number): void {
    const usedMs = this.#stop();
    this.gate?.leave(usedMs - (this.milliseconds - withinMs));
  }

  /** A call has failed; when it was given up, it has taken all that there was. */
  failed(error: unknown): void {
    const gaveUp = error instanceof CacheUnavailableError && error.reason === 'timeout';
    if (gaveUp) this.#use(this.milliseconds);
  }

  /**
   * Runs one store call with what is left, as soon as there is a place for it.
   *
   * @param ending it ends a load, and goes before others
   * @throws CacheUnavailableError when nothing is left
   */
  async spend<T>(call: (withinMs: number) => Promise<T>, ending = false): Promise<T> {
    return this.#run(this.begin() || (await this.queue(ending)), call);
  }

  /**
   * Runs what is no store call of this operation, but is waited for in its time: no place at the
   * gate is needed. It is begun before this returns.
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

  /** As `spend`, behind an `enter` of one's own: the call is made before this returns. */
  async entered<T>(call: (withinMs: number) => Promise<T>): Promise<T> {
    return this.#run(this.#start(this.gate), call);
  }

  async #run<T>(withinMs: number, call: (withinMs: number) => Promise<T>): Promise<T> {
    try {
      return await call(withinMs);
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.end(withinMs);
    }
  }

  /** The milliseconds left. @param entered the gate to leave when there are none */
  #start(entered: StoreGate | undefined): number {
    const now = this.time.now();
    const restMs = this.milliseconds - this.#usedAt(now);
    if (restMs <= 0) {
      entered?.leave();
      throw new CacheUnavailableError('timeout', 'The time for store calls is used up.');
    }
    if (this.#pending === 0) {
      this.#since = now;
      if (this.request !== undefined) (this.request.#running ??= new Set()).add(this);
    }
    this.#pending++;
    return restMs;
  }

  /** Returns the milliseconds used. */
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
