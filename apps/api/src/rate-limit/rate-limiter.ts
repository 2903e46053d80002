/** Where the turns are counted. */
export abstract class RateLimiter {
  /**
   * Takes one of `turns` for `key`: so many at once, given back evenly over the time.
   * @param withinMs the time in milliseconds, a minute by default
   * @returns 0, or the milliseconds after which there is a turn again (then none was taken)
   */
  abstract take(key: string, turns: number, withinMs?: number): Promise<number>;
}

/** The usual time of a limit, in milliseconds. */
export const MINUTE_MS = 60_000;

/** About 100 bytes each; with more keys than this at a time the one idle longest is forgotten. */
const MAX_KEYS = 50_000;

/**
 * The generic cell rate algorithm in this process's memory: one number a key, the time at which
 * all its turns are back. Constant time and memory per turn whatever the limit, no timers.
 */
export class MemoryRateLimiter extends RateLimiter {
  /** In the order of the last turn taken. */
  private readonly fullAgainAt = new Map<string, number>();

  /** @param now a monotonic clock in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {
    super();
  }

  take(key: string, turns: number, withinMs = MINUTE_MS): Promise<number> {
    const now = this.now();
    this.forgetIdle(now);
    const base = Math.max(now, this.fullAgainAt.get(key) ?? now);
    const next = base + withinMs / turns;
    // Half a millisecond of grace: adding up fractions must not cost the last request.
    const waitMs = next - now - withinMs;
    if (waitMs > 0.5) return Promise.resolve(waitMs);
    this.fullAgainAt.delete(key);
    this.fullAgainAt.set(key, next);
    return Promise.resolve(0);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.fullAgainAt.size;
  }

  /** At most one key a turn comes in, so looking at the two oldest keeps up. */
  private forgetIdle(now: number): void {
    let looked = 0;
    for (const [key, fullAgainAt] of this.fullAgainAt) {
      if (fullAgainAt <= now || this.fullAgainAt.size > MAX_KEYS) this.fullAgainAt.delete(key);
      looked += 1;
      if (looked === 2) return;
    }
  }
}
