import type { Clock } from '../clock.js';

/** Loads by which a window is judged; with fewer its 95th percentile says little. */
const FEW_LOADS = 5;
const WINDOW_MS = 1_000;
/** While the source has no room, it is asked again after so many milliseconds. */
const FULL_MS = 100;
/** By what share of the most the rate is raised after a window without pressure. */
const RAISE = 1 / 10;

/**
 * How fast a run loads: a token for each load, and a rate that is halved when the source comes under
 * pressure and raised in steps when it does not (additive increase, multiplicative decrease: Chiu and
 * Jain, 1989). Pressure is that the source has no room, or that the 95th percentile of the load times
 * of a second is twice that of the best second.
 */
export class Pace {
  #rate: number;
  /** When the next load may begin. */
  #nextAt: number;
  #windowEndsAt: number;
  #loads: number[] = [];
  #bestMs = Infinity;
  #wasFull = false;

  /**
   * @param most loads a second
   * @param isFull whether the source has no room at present
   */
  constructor(
    private readonly clock: Clock,
    private readonly most: number,
    private readonly isFull: () => boolean,
  ) {
    this.#rate = most;
    this.#nextAt = clock.now();
    this.#windowEndsAt = this.#nextAt + WINDOW_MS;
  }

  /** Loads a second at present. */
  get rate(): number {
    return this.#rate;
  }

  /** Milliseconds until the next load may begin, 0 for now: then a token is taken. */
  take(): number {
    const now = this.clock.now();
    this.#judge(now);
    if (this.isFull()) {
      this.#wasFull = true;
      return FULL_MS;
    }
    // Not less than a timer can wait.
    if (now < this.#nextAt) return Math.max(1, this.#nextAt - now);
    // Time that nothing used is not made up for.
    this.#nextAt = Math.max(this.#nextAt, now - 1_000 / this.#rate) + 1_000 / this.#rate;
    return 0;
  }

  /** A load took `ms` milliseconds. */
  loaded(ms: number): void {
    this.#loads.push(ms);
  }

  #judge(now: number): void {
    if (now < this.#windowEndsAt) return;
    const p95 = this.#loads.length < FEW_LOADS ? undefined : quantile(this.#loads, 0.95);
    const isPressed = this.#wasFull || (p95 !== undefined && p95 > 2 * this.#bestMs);
    if (p95 !== undefined) this.#bestMs = Math.min(this.#bestMs, p95);
    this.#rate = isPressed
      ? Math.max(1, this.#rate / 2)
      : Math.min(this.most, this.#rate + this.most * RAISE);
    this.#loads = [];
    this.#wasFull = false;
    this.#windowEndsAt = now + WINDOW_MS;
  }
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
