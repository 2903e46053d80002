import type { Mutation } from './mutation.js';

/** What an explanation of a key, or a finding of the doctor, must not say. */
export const EXPLAIN_MUTATIONS: readonly Mutation[] = [
  {
    name: 'explain: a removal that found nothing is the cause',
    suite: 'explain/why-absent',
    edits: [['removals.filter(({ count }) => count !== 0)', 'removals']],
  },
  {
    name: 'explain: the last removal is the cause, which found nothing',
    suite: 'explain/why-absent',
    edits: [
      [
        'effective.find(({ at }) => at >= fill.filledAt)',
        'effective.findLast(({ at }) => at >= fill.filledAt)',
      ],
    ],
  },
  {
    name: 'explain: a removal is proved although something was stored since',
    suite: 'explain/why-absent',
    edits: [['const isLast = seesEveryFill || reloaded === false;', 'const isLast = true;']],
  },
  {
    name: 'explain: a removal is proved although fills are not remembered',
    suite: 'explain/why-absent',
    edits: [
      [
        'history?.isSampled === true && (history.begunAt ?? Infinity) <= removal.at',
        'history !== undefined',
      ],
    ],
  },
  {
    name: 'explain: a removal is proved although the fill may have come after it',
    suite: 'explain/why-absent',
    edits: [['removed(first, absent, unsure.length === 0)', 'removed(first, absent, true)']],
  },
  {
    name: 'explain: a removal of other keys of a group is proved to be of this one',
    suite: 'explain/why-absent',
    edits: [["isExact: !key.startsWith('~~') || subject === key,", 'isExact: true,']],
  },
  {
    name: 'explain: a value that had expired was removed',
    suite: 'explain/why-absent',
    edits: [['(ended === undefined || first.at <= ended)', '(ended === undefined || true)']],
  },
  {
    name: 'explain: a store that evicts nothing has evicted the key',
    suite: 'explain/why-absent',
    edits: [['return (absent.evictions ?? 0) > 0', 'return (absent.evictions ?? 0) >= 0']],
  },
  {
    name: 'doctor: a consequence is a finding of its own',
    suite: 'doctor/provoked-server',
    edits: [['findings: withoutConsequences(findings, checks), note', 'findings, note']],
  },
  {
    name: 'doctor: a ratio of few reads is judged',
    suite: 'doctor/hit-ratio',
    edits: [["if (reads < FEW_READS) return 'few_reads';\n    const figures", 'const figures']],
  },
  {
    name: 'doctor: an episode is logged at every look',
    suite: 'doctor/healthy',
    edits: [['if (isBad && last === undefined) {', 'if (isBad) {']],
  },
  {
    name: 'doctor: every process watches',
    suite: 'doctor/watch',
    edits: [['if (turn?.held !== true) return;', 'if (turn === undefined) return;']],
  },
];
