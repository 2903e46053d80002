import type { Clock } from '../../clock.js';
import type { RefreshTerms, RefreshAcquisition } from '../cache-store.js';
import { MAX_REFRESH_BACKOFF_MS } from '../cache-store.js';

interface HeldRefresh {
  readonly token: string;
  readonly resting: boolean;
  readonly expiresAt: number;
  /** A hit-for-miss marker: every waiting caller may refresh the fill with this head. */
  readonly openTo?: string;
}

/** The refresh leases of one process. */
export class RefreshLeases {
  /** In the order in which they were taken, so that what ran out is found at the front. */
  readonly #held = new Map<string, HeldRefresh>();

  constructor(private readonly clock: Clock) {}

  /** `undefined` when the fill with this head may be refreshed, otherwise the reason why not. */
  take(
    key: string,
    head: string,
    token: string,
    terms: RefreshTerms,
  ): RefreshAcquisition | undefined {
    const now = this.clock.now();
    const held = this.#held.get(key);
    // A marker for another fill does not count.
    if (held !== undefined && isCurrent(held, now, terms) && (held.openTo ?? head) === head) {
      if (held.openTo !== undefined && terms.background !== true) return undefined;
      return { state: held.resting ? 'backoff' : 'wait', forMs: held.expiresAt - now };
    }
    this.#forget(now);
    this.#set(key, { token, resting: false, expiresAt: now + terms.leaseMs });
    return undefined;
  }

  /** Releases the holder's lease and lets every waiting caller refresh this fill for a while. */
  open(key: string, head: string, token: string, forMs: number): void {
    const now = this.clock.now();
    const held = this.#held.get(key);
    const free = held === undefined || held.token === token || held.expiresAt <= now;
    if (!free && held.openTo === undefined) return;
    this.#set(key, { token, resting: true, expiresAt: now + forMs, openTo: head });
  }

  /** Releases the holder's lease and starts a backoff, unless another lease has begun. */
  end(key: string, token: string, restMs: number): void {
    const now = this.clock.now();
    const held = this.#held.get(key);
    const others = held !== undefined && held.token !== token && held.expiresAt > now;
    if (others) return;
    this.#held.delete(key);
    if (restMs > 0) this.#set(key, { token, resting: true, expiresAt: now + restMs });
  }

  #set(key: string, lease: HeldRefresh): void {
    this.#held.delete(key);
    this.#held.set(key, lease);
  }

  #forget(now: number): void {
    for (const [key, { expiresAt }] of this.#held) {
      if (expiresAt > now) return;
      this.#held.delete(key);
    }
  }
}

/**
 * Whether it has not expired, and does not end beyond the maximum, as after a clock was set back.
 */
function isCurrent(
  { expiresAt, resting }: HeldRefresh,
  now: number,
  { leaseMs }: RefreshTerms,
): boolean {
  return expiresAt > now && expiresAt <= now + (resting ? MAX_REFRESH_BACKOFF_MS : leaseMs);
}
