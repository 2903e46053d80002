import type { Lease } from '../../store/cache-store.js';

/**
 * Proof that a key was taken for filling before its data was read. Made by `acquireLease`, spent by
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
