import { AsyncScope } from '@gad/cache/store';

/**
 * Keeps the statements of a transaction inside it and all others out.
 *
 * Asking for a second connection inside a transaction waits for ever on PGlite, which has one, and
 * can exhaust a pool whose every connection waits for another. A statement on `tx` after the end
 * would run on a connection that another caller has by then. Both are bugs of the caller:
 * refused at once, on both databases, so that every test finds them.
 */
export class TransactionScope {
  readonly #storage = new AsyncScope<{ ended: boolean }>();

  /** @throws Error when called from inside a transaction that has not ended */
  assertOutside(): void {
    if (this.#storage.getStore()?.ended === false) {
      throw new Error(
        'A statement or transaction was started on the Database inside an open transaction: use its `tx`.',
      );
    }
  }

  /** Runs `work`, handing it the check that each of the transaction's statements has to make. */
  async run<T>(work: (assertOpen: () => void) => Promise<T>): Promise<T> {
    const scope = { ended: false };
    const assertOpen = () => {
      if (scope.ended) throw new Error('A statement was started on a `tx` that has ended.');
    };
    try {
      return await this.#storage.run(scope, () => work(assertOpen));
    } finally {
      scope.ended = true;
    }
  }
}
