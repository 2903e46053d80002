import type { Clock } from '../../clock.js';
import type { Acquisition, Lease, LeaseTerms } from '../cache-store.js';
import type { LeaseWatches } from '../lease-watch.js';

/** The right to load and to fill one key. */
interface StoredLease {
  readonly token: string;
  /** Until then no other caller may start loading; 0 when it was released. */
  readonly deadline: number;
  /** Until then the holder may still fill. */
  readonly expiresAt: number;
  /** The last load yielded nothing to store: until then every caller may load, with this token. */
  readonly hitForMissUntil?: number;
}

/** Deadline of a lease that its holder gave back. */
const RELEASED = -Infinity;
/** The right to fill lasts this many times as long as the lease. */
const KEEP_LEASES = 10;
/**
 * Maximum number of leases; above it the oldest is dropped, and the value of its load is not
 * stored.
 */
const MOST = 100_000;

/**
 * The leases of one process, separate from its values: new values must not evict leases of running
 * loads, or a warm-up would store nothing. They are bounded in number and time.
 */
export class MemoryLeases {
  /** In the order of acquisition, so that expired ones are found at the front. */
  readonly #leases = new Map<string, StoredLease>();
  #nextToken = 0;

  constructor(
    private readonly clock: Clock,
    private readonly watches: LeaseWatches,
  ) {}

  /** Acquires the lease of a key without a value. */
  take(key: string, terms: LeaseTerms): Acquisition {
    const now = this.clock.now();
    const held = this.#live(key);
    // A deadline beyond the maximum means that the clock was set back.
    if (held !== undefined && now < held.deadline && held.deadline <= now + terms.leaseMs) {
      return { state: 'wait', forMs: held.deadline - now };
    }
    // A take-over adopts the token: a loader slower than its lease still fills, and the second fill
    // then finds no lease.
    const token = held?.token ?? this.token();
    const expiresAt = now + terms.leaseMs * KEEP_LEASES;
    const until = held?.hitForMissUntil ?? 0;
    const marked = now < until && until <= expiresAt;
    this.#forget(now);
    const taken = { token, deadline: now + terms.leaseMs, expiresAt };
    this.#set(key, marked ? { ...taken, ...held, expiresAt } : taken);
    const takenOver = held !== undefined && held.deadline !== RELEASED;
    return { state: 'owned', lease: { key, token, generation: 0 }, takenOver };
  }

  /** A token that no other lease or refresh has. */
  token(): string {
    return String(++this.#nextToken);
  }

  /** Whether the lease still gives the right to fill. */
  holds({ key, token }: Lease): boolean {
    return this.#live(key)?.token === token;
  }

  /** Releases a lease, with an optional hit-for-miss marker; returns whether it was still held. */
  release(lease: Lease, hitForMissMs: number): boolean {
    const held = this.#live(lease.key);
    if (held?.token !== lease.token) return false;
    const now = this.clock.now();
    const hitForMiss = hitForMissMs > 0 ? { hitForMissUntil: now + hitForMissMs } : {};
    this.#leases.set(lease.key, { ...held, deadline: RELEASED, ...hitForMiss });
    this.watches.wake(lease.key);
    return true;
  }

  /** For how long the lease of a key is held, and keeps others waiting yet. */
  look(key: string): { readonly heldMs: number; readonly leftMs: number } | undefined {
    const held = this.#live(key);
    const leftMs = (held?.deadline ?? 0) - this.clock.now();
    if (held === undefined || leftMs <= 0) return undefined;
    const leaseMs = (held.expiresAt - held.deadline) / (KEEP_LEASES - 1);
    return { heldMs: leaseMs - leftMs, leftMs };
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

  /** Drops expired and excess leases. */
  #forget(now: number): void {
    for (const [key, { expiresAt }] of this.#leases) {
      if (expiresAt > now && this.#leases.size < MOST) return;
      this.end(key);
    }
  }
}
