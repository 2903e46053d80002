import type { Clock } from '../clock.js';

/**
 * The permission to serve what the store holds. It is given by proofs that everything committed
 * before some moment has been applied to the store, and it runs out `leaseMs` after that moment,
 * by the monotonic clock: so whatever was committed longer ago than the horizon is missing from
 * nothing that is served, and a writer who waited so long need not know who serves what.
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

  /** Whether the store may be read now. One look at the clock. */
  get valid(): boolean {
    return (
      this.clock.now() < this.#coveredAt + this.leaseMs &&
      this.#generation === this.store.generation
    );
  }

  /**
   * Another number each time that the permission is given anew after it had run out. What was read
   * in one term may lack what was applied before the next one began.
   */
  get epoch(): number {
    return this.#epoch;
  }

  /** Everything committed longer ago than this is applied, in milliseconds; `null`: no proof. */
  get ageMs(): number | null {
    if (this.#generation !== this.store.generation) return null;
    return this.clock.now() - this.#coveredAt;
  }

  /**
   * A proof that the store, as it is reached by the connection `generation`, lacks nothing that was
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
