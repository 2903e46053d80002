import type { Mutation } from './mutation.js';

const suite = 'transactions/in-transaction';

export const TRANSACTION_MUTATIONS: readonly Mutation[] = [
  {
    name: 'transaction: an invalidation does not wait for the commit',
    suite,
    edits: [
      [
        'const transaction = OpenTransaction.current;\n    if (transaction !== undefined) {\n      transaction.defer(() =>',
        'const transaction = undefined as OpenTransaction | undefined;\n    if (transaction !== undefined) {\n      transaction.defer(() =>',
      ],
    ],
  },
  {
    name: 'transaction: a write counts as committed when its caller said so',
    suite: 'outbox/acknowledged-writes',
    edits: [
      [
        'this.run(selections, this.#committedNow(written), because, false)',
        'this.run(selections, written, because, false)',
      ],
    ],
  },
  {
    name: 'transaction: reads what it has invalidated itself',
    suite,
    edits: [
      [
        'const clean = !TRANSACTIONS.announced || !OpenTransaction.dirty;',
        'const clean = true as boolean;',
      ],
    ],
  },
  {
    name: 'transaction: its loads are stored and shared',
    suite,
    edits: [
      [
        'OpenTransaction.current === undefined\n        ? this',
        'OpenTransaction.current !== null\n        ? this',
      ],
    ],
  },
  {
    name: 'transaction: a lease for a fill by hand',
    suite,
    edits: [['if (OpenTransaction.current !== undefined) return undefined;', '']],
  },
  {
    name: 'transaction: refreshes in the background',
    suite,
    edits: [['    if (OpenTransaction.current !== undefined) return;\n', '']],
  },
  {
    name: 'transaction: an unknown outcome counts as a rollback',
    suite,
    edits: [['if (succeeded) await transaction', 'if (!succeeded) await transaction']],
  },
  {
    name: 'transaction: a body that is run again keeps its first removals',
    suite,
    edits: [['    this.#removals = [];\n    return', '    return']],
  },
  {
    name: 'transaction: stays open after its commit',
    suite,
    edits: [['    this.#open = false;\n    const removals', '    const removals']],
  },
];
