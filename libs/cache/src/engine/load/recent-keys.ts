import type { Clock } from '../../clock.js';

/** Keys come from requests; what is remembered of them must not fill the memory. */
const MAX_KEYS = 10_000;

/** Keys that something was noted about a moment ago. */
export class RecentKeys {
  /** Until when, in the order of insertion and therefore of time. */
  readonly #until = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly forMs: number,
  ) {}

  has(key: string): boolean {
    if (this.#until.size === 0) return false;
    const until = this.#until.get(key);
    return until !== undefined && this.clock.now() < until;
  }

  add(key: string): void {
    const now = this.clock.now();
    for (const [other, until] of this.#until) {
      if (until > now && this.#until.size < MAX_KEYS) break;
      this.#until.delete(other);
    }
    this.#until.delete(key);
    this.#until.set(key, now + this.forMs);
  }

  delete(key: string): void {
    this.#until.delete(key);
  }
}
