import type { OptionKinds } from '../option-checks.js';
import { assertKinds, assertKnown, CALLBACK } from '../option-checks.js';
import { OpenTransaction } from './open-transaction.js';

/** How a transaction is recognised. */
export interface TransactionOptions {
  /**
   * Whether the current call runs inside the transaction. Give it where a library can suspend a
   * transaction (`Propagation.NotSupported`), so that what runs outside of it is removed at once.
   * Default: everything that the body calls and awaits is inside.
   */
  readonly inside?: (() => boolean) | undefined;
}

const TRANSACTION_OPTIONS: OptionKinds<TransactionOptions> = { inside: CALLBACK };

/**
 * Runs a transaction that the cache knows of. Inside it, `invalidate` and `@CacheInvalidate` wait for
 * the commit, are not run after a rollback, and are complete before this resolves. If the body
 * succeeded and the commit failed, the outcome is not known, and they are run: removing what is not
 * stale costs a load, keeping what is stale breaks the promise. Reads inside are served from the
 * cache until the first such removal; what they load is neither stored nor shared, because it may be
 * uncommitted, or older than what others have committed since.
 *
 * ```ts
 * await inTransaction((body) => sql.begin(body), async (tx) => { … });
 * ```
 *
 * The idea is Spring's `TransactionAwareCacheDecorator`.
 *
 * Cost: none until the commit, then what the removals cost. Rejects as `open` does, or with the error
 * of a removal with `onUnavailable: 'throw'`.
 *
 * @param open begins a transaction, calls the body in it and settles after the commit or rollback
 */
export async function inTransaction<Args extends readonly unknown[], T>(
  open: (body: (...args: Args) => Promise<T>) => Promise<T>,
  body: (...args: Args) => T | Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  assertKnown(options, TRANSACTION_OPTIONS, 'inTransaction');
  assertKinds(options, TRANSACTION_OPTIONS);
  const { inside = () => true } = options;
  const transaction = new OpenTransaction(inside);
  let succeeded = false;
  let result: T;
  try {
    result = await open(async (...args) => {
      succeeded = false;
      const value = await transaction.run(() => body(...args));
      succeeded = true;
      return value;
    });
  } catch (error) {
    if (succeeded) await transaction.committed().catch(() => undefined);
    else transaction.rolledBack();
    throw error;
  }
  await transaction.committed();
  return result;
}

/** Any function that opens a transaction. */
type Opener = (...args: never) => Promise<unknown>;

/**
 * Makes a method that opens transactions announce them to the cache, see {@link inTransaction}. Call
 * it once for each connection at start:
 *
 * ```ts
 * invalidateAfterCommit(db, 'transaction'); // Drizzle, Knex
 * invalidateAfterCommit(dataSource.manager, 'transaction'); // TypeORM, typeorm-transactional
 * invalidateAfterCommit(prisma, '$transaction'); // Prisma
 * ```
 *
 * It covers the adapters of `@nestjs-cls/transactional`, which call these methods. A savepoint inside
 * the transaction belongs to it: its removals run even if only the savepoint was rolled back. The
 * method must take the body as its first argument that is a function.
 *
 * Cost: as `inTransaction`.
 *
 * @throws TypeError when there is no such method
 */
export function invalidateAfterCommit<
  Method extends PropertyKey,
  Owner extends Readonly<Record<Method, Opener>>,
>(owner: Owner, method: Method, options: TransactionOptions = {}): void {
  const original: unknown = owner[method];
  if (typeof original !== 'function') {
    throw new TypeError(`${String(method)} is not a method, so it opens no transactions.`);
  }
  assertKnown(options, TRANSACTION_OPTIONS, 'invalidateAfterCommit');
  assertKinds(options, TRANSACTION_OPTIONS);
  const announced = (...args: readonly unknown[]): unknown => {
    const at = args.findIndex((each) => typeof each === 'function');
    // A list of statements has no body in which the cache could be called.
    if (at === -1) return Reflect.apply(original, owner, args);
    const body = args[at] as (...given: readonly unknown[]) => unknown; // checked above
    const open = (inner: unknown): Promise<unknown> =>
      Reflect.apply(original, owner, args.with(at, inner)) as Promise<unknown>;
    return inTransaction(open, body, options);
  };
  Object.defineProperty(owner, method, { value: announced, configurable: true, writable: true });
}
