import type { Mutation } from './mutation.js';

const position = 'position';
const reading = 'postgres-outbox';

/** Guards of `libs/cache-postgres`. */
export const OUTBOX_MUTATIONS: readonly Mutation[] = [
  {
    name: 'outbox: a transaction that still ran counts as seen',
    suite: position,
    edits: [['wanted < seen.xmax && !seen.xip.has(wanted)', 'wanted < seen.xmax']],
  },
  {
    name: 'outbox: a snapshot covers what began after it',
    suite: position,
    edits: [['  if (wanted.xmax > seen.xmax) return false;\n', '']],
  },
  {
    name: 'outbox: a snapshot covers what ended after it',
    suite: position,
    edits: [
      [
        'for (const xid of seen.xip) if (xid < wanted.xmax && !wanted.xip.has(xid)) return false;',
        '',
      ],
    ],
  },
  {
    name: 'outbox: a transaction that ran at the cursor is never read',
    suite: reading,
    edits: [['where pg_visible_in_snapshot(x, pg_current_snapshot())', 'where false']],
  },
  {
    name: 'outbox: a cursor from before the pruning is known',
    suite: reading,
    edits: [[' && at.xmin > BigInt(row.pruned)', '']],
  },
  {
    name: 'outbox: entries are pruned that a running transaction hides',
    suite: reading,
    edits: [['    and oldest.xid < pg_snapshot_xmin(pg_current_snapshot())\n', '']],
  },
  {
    name: 'outbox: an event without patterns is passed over',
    suite: reading,
    edits: [
      [
        "if (patterns === undefined) return { cursor: next, invalidations: 'everything', entries: 0 };",
        'if (patterns === undefined) continue;',
      ],
    ],
  },
  {
    name: 'outbox: a pooler is not noticed',
    suite: reading,
    edits: [['const pooled = rows[0]?.pid !== processID;', 'const pooled = false as boolean;']],
  },
  {
    name: 'outbox: an instance does not announce itself',
    suite: reading,
    edits: [['...(this.#soleInstance ? [ANNOUNCE] : [])', '']],
  },
  {
    name: 'outbox: a connection from before the announcement stays',
    suite: reading,
    edits: [['    this.#connection.reset();\n', '']],
  },
  {
    name: 'outbox: an instance serves before the others can notice it',
    suite: reading,
    edits: [['if (earlyMs <= 0) {', 'if (earlyMs <= 0 || sentAt > 0) {']],
  },
  {
    name: 'outbox: record does not mind a transaction that is not announced',
    suite: 'record',
    edits: [['      throw new Error(NOT_ANNOUNCED);\n', '']],
  },
  {
    name: 'outbox: record removes nothing after the commit',
    suite: 'record',
    edits: [['void this.run(selections, this.#committedNow({ position }));', '']],
  },
];
