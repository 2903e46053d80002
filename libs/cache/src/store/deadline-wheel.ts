import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/** A link of a ring; a slot is a ring that begins and ends with its own head. */
class Link {
  previous: Link = this;
  next: Link = this;
}

class Bounded extends Link {
  open = true;

  constructor(readonly reject: (error: Error) => void) {
    super();
  }
}

/** What a wheel tells its owner about the calls that it bounds. */
export interface WheelHooks {
  /** A call was answered in time. */
  answered(): void;
  /** A call failed, or its deadline passed; returns the error to reject with. */
  failed(error: unknown): Error;
}

const TICK_MS = 5;

/**
 * Bounds promises in time with one timer for all of them. A timer per call costs more than the
 * call itself at 100,000 calls a second; here a call is linked into the slot of its deadline and
 * unlinked when it is settled, so that nothing outlives its call (what does is moved about by the
 * garbage collector, which once cost more than everything else). The price is precision: a
 * deadline may be up to two ticks (10 ms) late.
 *
 * A late timer usually means that this process was busy, not the server: the answers are then
 * waiting in the socket, behind the timers. So after a late tick only those calls are given up that
 * were due at the tick before: between the two the socket has been read. A process that is always
 * busy comes to its deadlines all the same, and takes no answer that is there for a missing one;
 * otherwise its own load would look like an outage, and to do without the cache is more load.
 */
export class DeadlineWheel {
  readonly #slots = new Map<number, Link>();
  #armedAt: number | undefined;
  #lastTick = 0;
  #pending = 0;

  constructor(
    private readonly clock: Clock,
    private readonly hooks: WheelHooks,
  ) {}

  /**
   * What `read` makes of the outcome of `work`, or a rejection once `ms` milliseconds have passed.
   * All in one promise, because this is on the way of every hit.
   */
  bound<R>(work: Promise<unknown>, ms: number, read: (value: unknown) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const entry = new Bounded(reject);
      this.#enter(entry, ms);
      work.then(
        (value) => {
          if (!this.#settle(entry)) return;
          this.hooks.answered();
          try {
            resolve(read(value));
          } catch (error) {
            reject(this.hooks.failed(error));
          }
        },
        (error: unknown) => {
          if (this.#settle(entry)) reject(this.hooks.failed(error));
        },
      );
    });
  }

  #enter(entry: Bounded, ms: number): void {
    const now = this.clock.now();
    const tick = Math.ceil((now + ms) / TICK_MS);
    let head = this.#slots.get(tick);
    if (head === undefined) this.#slots.set(tick, (head = new Link()));
    entry.previous = head.previous;
    entry.next = head;
    head.previous.next = entry;
    head.previous = entry;
    this.#pending++;
    if (this.#armedAt === undefined) {
      this.#lastTick = Math.floor(now / TICK_MS);
      this.#arm(now);
    }
  }

  /** Whether it was still open. */
  #settle(entry: Bounded): boolean {
    if (!entry.open) return false;
    entry.open = false;
    entry.previous.next = entry.next;
    entry.next.previous = entry.previous;
    this.#pending--;
    return true;
  }

  #arm(now: number): void {
    this.#armedAt = now;
    this.clock.after(TICK_MS, () => this.#turn());
  }

  #turn(): void {
    const now = this.clock.now();
    const before = this.#armedAt ?? now;
    const due = Math.floor((now - before > 3 * TICK_MS ? before : now) / TICK_MS);
    for (let tick = this.#lastTick; tick <= due; tick++) this.#expire(tick);
    this.#lastTick = due;
    if (this.#pending > 0) {
      this.#arm(now);
      return;
    }
    // Nothing to wait for: no timer keeps the process alive.
    this.#slots.clear();
    this.#armedAt = undefined;
  }

  #expire(tick: number): void {
    const head = this.#slots.get(tick);
    if (head === undefined) return;
    this.#slots.delete(tick);
    for (let link = head.next; link instanceof Bounded; link = head.next) {
      this.#settle(link);
      const late = new CacheUnavailableError('timeout', 'The cache store did not answer in time.');
      link.reject(this.hooks.failed(late));
    }
  }
}
