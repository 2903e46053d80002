/** For applications whose writes run in transactions: invalidations wait for the commit. */
export { inTransaction, invalidateAfterCommit } from './engine/in-transaction.js';
export type { TransactionOptions } from './engine/in-transaction.js';
