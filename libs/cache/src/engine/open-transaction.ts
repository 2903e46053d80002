import { callContext, runInside } from './call-context.js';

type Removal = () => Promise<unknown>;

/** Whether a transaction was ever announced: until then a read looks no further. */
export const TRANSACTIONS = { announced: false };

/** Of each transaction library found: whether the current call is in a transaction of it. */
export const UNANNOUNCED = new Set<() => boolean>();

/** A transaction of the application, from its begin until its outcome is known. */
export class OpenTransaction {
  #open = true;
  #removals: Removal[] = [];

  /** @param inside whether the current call belongs to it, and not to work outside of it */
  constructor(private readonly inside: () => boolean) {}

  /** The transaction of the current call, if it was announced and is still open. */
  static get current(): OpenTransaction | undefined {
    if (!TRANSACTIONS.announced) return undefined;
    // Only `run` sets it.
    const transaction = callContext().transaction as OpenTransaction | undefined;
    return transaction !== undefined && transaction.#open && transaction.inside()
      ? transaction
      : undefined;
  }

  /** Whether the current call is in a transaction that has written what the cache still holds. */
  static get dirty(): boolean {
    const transaction = OpenTransaction.current;
    return transaction !== undefined && transaction.#removals.length > 0;
  }

  /** Runs the body of the transaction. A body that is run again begins again. */
  run<T>(body: () => T): T {
    TRANSACTIONS.announced = true;
    this.#removals = [];
    return runInside({ transaction: this }, body);
  }

  /** Keeps a removal until the commit. */
  defer(removal: Removal): void {
    this.#removals.push(removal);
  }

  /** After the commit, or an outcome that is not known: runs the removals. */
  async committed(): Promise<void> {
    this.#open = false;
    const removals = this.#removals;
    await runInside({ transaction: this }, () => Promise.all(removals.map((run) => run())));
  }

  /** After a rollback nothing is stale. */
  rolledBack(): void {
    this.#open = false;
  }
}

/** Runs a removal after the commit of the current transaction, at once without one. */
export async function afterCommit(removal: Removal): Promise<void> {
  const transaction = OpenTransaction.current;
  if (transaction === undefined) await removal();
  else transaction.defer(removal);
}

/** Whether a removal now would come before the commit of an open transaction. */
export function isBeforeCommit(): boolean {
  // A library may show its transaction as open until the deferred removals have run.
  if (callContext().transaction !== undefined) return OpenTransaction.current !== undefined;
  for (const isOpen of UNANNOUNCED) if (isOpen()) return true;
  return false;
}
