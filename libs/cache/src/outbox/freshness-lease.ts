import type { Clock } from '../clock.js';

/**
 * The right to serve from the store. A proof that every write committed before some moment has been
 * applied renews it, and it expires `leaseMs` after that moment, by the monotonic clock. While the
 * lease is valid, every write committed more than `leaseMs` ago has been applied, so a writer that
 * waits `leaseMs` needs no acknowledgement from readers.
 *
 * After the leases of C. Gray and D. Cheriton ("Leases: An Efficient Fault-Tolerant Mechanism for
 * Distributed File Cache Consistency", SOSP 1989), with the log instead of the writer as grantor.
 */
export class FreshnessLease {
  #coveredAt = -Infinity;
  #generation = -1;
  #epoch = 0;

  constructor(
    private readonly clock: Clock,
    private readonly store: { readonly generation: number },
    readonly leaseMs: number,
  ) {}

  /** Whether the store may be read now. Cost: one clock reading. */
  get valid(): boolean {
    return (
      this.clock.now() < this.#coveredAt + this.leaseMs &&
      this.#generation === this.store.generation
    );
  }

  /**
   * Changes each time the lease is renewed after it had expired. A value read in one epoch may lack
   * writes that were applied before the next epoch began.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Every write committed longer ago than this is applied, in milliseconds; `null` without proof.
   */
  get ageMs(): number | null {
    if (this.#generation !== this.store.generation) return null;
    return this.clock.now() - this.#coveredAt;
  }

  /** Ends the lease: the store may have lost what it was proved to contain. */
  revoke(): void {
    this.#coveredAt = -Infinity;
  }

  /**
   * Renews the lease: over the connection `generation`, the store was proved to contain every write
   * committed before `coveredAt`.
   */
  renew(coveredAt: number, generation: number): void {
    if (generation !== this.store.generation) return;
    if (generation === this.#generation && coveredAt <= this.#coveredAt) return;
    if (!this.valid) this.#epoch++;
    this.#coveredAt = coveredAt;
    this.#generation = generation;
  }
}
