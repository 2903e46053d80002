import type { Lease } from '../../store/cache-store.js';

/**
 * Proof that a lease was acquired before the source was read. Returned by `acquireLease`, used by
 * `set(…, { token })`; void as soon as the key is invalidated or the connection is lost.
 */
export class LeaseToken {
  readonly #lease: Lease;

  /** @internal */
  constructor(lease: Lease) {
    this.#lease = lease;
  }

  get key(): string {
    return this.#lease.key;
  }

  /** @internal */
  static leaseOf(token: LeaseToken): Lease {
    return token.#lease;
  }
}
