import type { Clock } from '../../clock.js';

/** Maximum number of keys: they come from requests, so the set must be bounded. */
const MAX_KEYS = 10_000;

/** A bounded set of keys that expire after a short time. */
export class RecentKeys {
  /** Expiry by key, in the order of insertion and therefore of expiry. */
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
