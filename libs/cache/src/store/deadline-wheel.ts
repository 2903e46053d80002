import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

interface Bounded {
  reject: ((error: Error) => void) | undefined;
  readonly tick: number;
}

const TICK_MS = 5;

/**
 * Bounds promises in time with one timer for all of them. A timer per call costs more than the
 * call itself at 100,000 calls a second; here a call costs one array slot. The price is
 * precision: a deadline may be up to two ticks (10 ms) late.
 *
 * A late timer usually means that this process was busy, not the server: the answers are then
 * waiting in the socket, behind the timers. So after a late tick the due calls get one more.
 */
export class DeadlineWheel {
  readonly #slots = new Map<number, Bounded[]>();
  #armedAt: number | undefined;
  #lastTick = 0;
  #pending = 0;

  constructor(private readonly clock: Clock) {}

  /**
   * The outcome of `work`, or a rejection once `ms` milliseconds have passed.
   *
   * @throws CacheUnavailableError with reason `timeout`
   */
  bound<T>(work: Promise<T>, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const entry: Bounded = {
        reject,
        tick: Math.ceil((this.clock.now() + ms) / TICK_MS),
      };
      this.#enter(entry);
      work.then(
        (value) => {
          this.#settle(entry);
          resolve(value);
        },
        (error: unknown) => {
          this.#settle(entry);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  #settle(entry: Bounded): void {
    if (entry.reject === undefined) return;
    entry.reject = undefined;
    this.#pending--;
  }

  #enter(entry: Bounded): void {
    this.#pending++;
    const slot = this.#slots.get(entry.tick);
    if (slot === undefined) this.#slots.set(entry.tick, [entry]);
    else slot.push(entry);
    if (this.#armedAt === undefined) {
      this.#lastTick = Math.min(entry.tick, Math.floor(this.clock.now() / TICK_MS));
      this.#arm();
    }
  }

  #arm(): void {
    this.#armedAt = this.clock.now();
    this.clock.after(TICK_MS, () => this.#turn());
  }

  #turn(): void {
    const now = this.clock.now();
    const late = now - (this.#armedAt ?? now) > 3 * TICK_MS;
    if (!late) {
      const due = Math.floor(now / TICK_MS);
      for (let tick = this.#lastTick; tick <= due; tick++) this.#expire(tick);
      this.#lastTick = due;
    }
    if (this.#pending > 0) {
      this.#arm();
      return;
    }
    // Nothing to wait for: no timer keeps the process alive, and settled entries can go.
    this.#slots.clear();
    this.#armedAt = undefined;
  }

  #expire(tick: number): void {
    const slot = this.#slots.get(tick);
    if (slot === undefined) return;
    this.#slots.delete(tick);
    for (const entry of slot) {
      entry.reject?.(
        new CacheUnavailableError('timeout', 'The cache store did not answer in time.'),
      );
    }
  }
}
