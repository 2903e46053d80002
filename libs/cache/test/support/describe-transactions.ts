import { describe, it } from '@jest/globals';
import type { TransactionSide } from './transaction-contract.js';
import { judgeTransactions, TRANSACTION_CONTRACT } from './transaction-contract.js';

/** The contract with a library that jest can load. */
export function describeTransactions(library: string, start: () => Promise<TransactionSide>): void {
  describe(`The cache in transactions of ${library}`, () => {
    for (const [title, rule] of Object.entries(TRANSACTION_CONTRACT)) {
      it(`with ${library}, ${title}`, () => judgeTransactions(rule, start));
    }
  });
}
