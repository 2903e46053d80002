import type { Clock } from '../../clock.js';
import type { Acquisition, Lease, LeaseTerms } from '../cache-store.js';
import type { LeaseWatches } from '../lease-watch.js';

/** The right to load and to fill one key. */
interface StoredLease {
  readonly token: string;
  /** Until then no other caller may start loading. */
  readonly deadline: number;
  /** Until then the holder may still fill. */
  readonly expiresAt: number;
  /** The last load yielded nothing to store: until then every caller may load, with this token. */
  readonly hitForMissUntil?: number;
}

/** How many leases long the right to fill outlives the right to load alone. */
const KEEP_LEASES = 10;
/** Leases at once; beyond, the oldest goes, and the value of its load is not stored. */
const MOST = 100_000;

/**
 * The leases of one process, apart from its values: what is being loaded must not be evicted by what
 * is being stored, or a warm-up would store nothing. They are bounded by their number and their term.
 */
export class MemoryLeases {
  /** In the order in which they were taken, so that what ran out is found at the front. */
  readonly #leases = new Map<string, StoredLease>();
  #nextToken = 0;

  constructor(
    private readonly clock: Clock,
    private readonly watches: LeaseWatches,
  ) {}

  /** Takes a key without a value. */
  take(key: string, terms: LeaseTerms): Acquisition {
    const now = this.clock.now();
    const held = this.#live(key);
    // One that ends later than any could comes from a clock that was set back.
    if (held !== undefined && now < held.deadline && held.deadline <= now + terms.leaseMs) {
      return { state: 'wait', forMs: held.deadline - now };
    }
    // A take-over adopts the token: a loader slower than its lease still fills, and the fill of
    // the second finds no lease any more.
    const token = held?.token ?? this.token();
    const expiresAt = now + terms.leaseMs * KEEP_LEASES;
    const until = held?.hitForMissUntil ?? 0;
    const marked = now < until && until <= expiresAt;
    this.#forget(now);
    const taken = { token, deadline: now + terms.leaseMs, expiresAt };
    this.#set(key, marked ? { ...taken, ...held, expiresAt } : taken);
    return { state: 'owned', lease: { key, token, generation: 0 } };
  }

  /** A token that no other lease or refresh has. */
  token(): string {
    return String(++this.#nextToken);
  }

  /** Whether the lease still gives the right to fill. */
  holds({ key, token }: Lease): boolean {
    return this.#live(key)?.token === token;
  }

  /** Lets the next caller load at once, and for a while all of them; whether it was still held. */
  release(lease: Lease, hitForMissMs: number): boolean {
    const held = this.#live(lease.key);
    if (held?.token !== lease.token) return false;
    const now = this.clock.now();
    const hitForMiss = hitForMissMs > 0 ? { hitForMissUntil: now + hitForMissMs } : {};
    this.#leases.set(lease.key, { ...held, deadline: now, ...hitForMiss });
    this.watches.wake(lease.key);
    return true;
  }

  /** Ends a lease, if there is one. */
  end(key: string): void {
    if (this.#leases.delete(key)) this.watches.wake(key);
  }

  keys(): string[] {
    return [...this.#leases.keys()];
  }

  #live(key: string): StoredLease | undefined {
    const held = this.#leases.get(key);
    return held !== undefined && held.expiresAt > this.clock.now() ? held : undefined;
  }

  #set(key: string, lease: StoredLease): void {
    this.#leases.delete(key);
    this.#leases.set(key, lease);
  }

  /** Drops what ran out, and what is too much. */
  #forget(now: number): void {
    for (const [key, { expiresAt }] of this.#leases) {
      if (expiresAt > now && this.#leases.size < MOST) return;
      this.end(key);
    }
  }
}
