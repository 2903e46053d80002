import type { Mutation } from './mutation.js';

/** Guards of removals: own copies, acknowledgements of other processes, pending removals; of waits and reports. */
export const INVALIDATION_MUTATIONS: readonly Mutation[] = [
  {
    name: 'reads: own copies stay until the removal is sent',
    suite: 'near-cache/near-reads',
    edits: [['this.near?.drop(selection);\n    try {', 'try {']],
  },
  {
    name: 'reads: own copies made during the removal stay',
    suite: 'near-cache/near-reads',
    edits: [
      ['// Again, for copies that were read meanwhile.\n      this.near?.drop(selection);', ''],
    ],
  },
  {
    name: 'removal: acknowledgements are awaited where they were not asked for',
    suite: 'near-cache/barrier',
    edits: [
      ['const due = awaitAcks && barrier !== undefined &&', 'const due = barrier !== undefined &&'],
    ],
  },
  {
    name: 'queue: lists of keys that begin alike are one pending removal',
    suite: 'invalidate/retry-queue',
    edits: [
      [
        'return `k${selection.keys.join(SEPARATOR)}`;',
        'return `k${selection.keys.join(SEPARATOR).slice(0, 12)}`;',
      ],
    ],
  },
  {
    name: 'invalidation: others are not given the time to confirm',
    suite: 'near-cache/acknowledgements',
    edits: [['ackMs > 0 && !budget.exhausted', 'ackMs < 0']],
  },
  {
    name: 'invalidation: has a time of its own in a request',
    suite: 'near-cache/acknowledgements',
    edits: [
      [
        'const budget = currentBudget(this.parts, false);',
        'const budget = currentBudget({ ...this.parts }, false);',
      ],
    ],
  },
  {
    name: 'invalidation: others are waited for though the store is unavailable',
    suite: 'near-cache/acknowledgements',
    edits: [['ackMs > 0 && !budget.exhausted', 'ackMs > 0']],
  },
  {
    name: 'settleWithin: a timer outlives its work',
    suite: 'clock',
    edits: [['work.finally(cancel).then(resolve, reject);', 'work.then(resolve, reject);']],
  },
  {
    name: 'episodes: an episode begins again while its condition lasts',
    suite: 'episodes',
    edits: [['return !lasts;', 'return true;']],
  },
];
