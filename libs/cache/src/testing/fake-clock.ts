import type { Clock } from '../clock.js';
import { settle } from './settle.js';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that moves only when a test advances it. In a test's cache it drives everything that
 * takes time: lifetimes, leases, waits, deadlines and loader timeouts.
 *
 * ```ts
 * const clock = new FakeClock();
 * const { cache } = testCache({ clock });
 * await cache.set('k', 1, { ttl: 300 });
 * clock.advance(300_000);
 * await cache.get('k'); // undefined
 * ```
 */
export class FakeClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Advances time by `ms` milliseconds and runs the timers that fall due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#take(end); due !== undefined; due = this.#take(end)) this.#fire(due);
    this.#now = end;
  }

  /**
   * As `advance`, but settles all promises after each timer, so that new timers run as well: for
   * waits that lead to further waits.
   */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let due = this.#take(end); due !== undefined; due = this.#take(end)) {
      this.#fire(due);
      await settle();
    }
    this.#now = Math.max(this.#now, end);
    await settle();
  }

  /** Simulates a blocked event loop: time passes without timers, then all due timers run. */
  async stall(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) {
      if (!this.#timers.includes(timer)) continue;
      this.#fire(timer);
      await settle();
    }
  }

  /** The first of the timers that are due at `end`. */
  #take(end: number): Timer | undefined {
    return this.#timers
      .filter(({ at }) => at <= end)
      .reduce<Timer | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined);
  }

  #fire(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    this.#now = Math.max(this.#now, timer.at);
    timer.run();
  }
}
