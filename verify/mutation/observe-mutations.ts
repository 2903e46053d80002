import type { Mutation } from './mutation.js';

/** Bounds of the figures, and what must not enter them. */
export const OBSERVE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'figures: namespaces have no bound',
    suite: 'observe/namespaces',
    edits: [['this.#byName.size >= MAX_NAMES', 'this.#byName.size >= Infinity']],
  },
  {
    name: 'figures: frequent keys have no bound',
    suite: 'observe/frequent-keys',
    edits: [['known === undefined && this.#weights.size >= this.most', 'this.most < 0']],
  },
  {
    name: 'figures: what a purge drops is not part of the error',
    suite: 'observe/frequent-keys',
    edits: [['this.#dropped += median;', '']],
  },
  {
    name: 'figures: the ghost has no bound',
    suite: 'observe/ghost',
    edits: [['if (this.#fills.size > this.most) this.#makeRoom(now);', 'void now;']],
  },
  {
    name: 'figures: a removal from before the fill is the cause of a miss',
    suite: 'observe/ghost',
    edits: [['to > fill.filledAt && from <= end && covers(key)', 'from <= end && covers(key)']],
  },
  {
    name: 'figures: a key is said to be evicted although removals are missing',
    suite: 'observe/ghost',
    edits: [["fill.filledAt <= this.#incompleteUntil ? 'unknown' : 'evicted'", "'evicted'"]],
  },
  {
    name: 'figures: a slot of history has no bound',
    suite: 'observe/history',
    edits: [
      ['text.length + record.length <= SLOT_CHARACTERS - OTHER_CHARACTERS', 'text.length >= 0'],
    ],
  },
  {
    name: 'figures: what does not fit a slot is not counted',
    suite: 'observe/history',
    edits: [['add(rest, by_name[name])\n    elseif', '\n    elseif']],
  },
  {
    name: 'figures: a slot that has ended is filled on',
    suite: 'observe/history',
    edits: [
      [
        'if begun == slot or begun == slot + 1 then return begun end',
        'if begun > 0 then return begun end',
      ],
    ],
  },
  {
    name: 'figures: a report that was refused is counted with the next',
    suite: 'observe/history',
    edits: [['this.#counted = this.#begin(NO_SLOT);', 'void NO_SLOT;']],
  },
  {
    name: 'figures: the slot of five minutes has no part of that of ten seconds',
    suite: 'observe/history',
    edits: [['[lately, longOf(present)]', '[lately]']],
  },
  {
    name: 'figures: the journal of the board has no bound of bytes',
    suite: 'observe/history',
    edits: [['math.floor(math.min(JOURNAL_ENTRIES, JOURNAL_BYTES / mean))', '(JOURNAL_ENTRIES)']],
  },
  {
    name: 'figures: the journal has no bound',
    suite: 'observe/journal',
    edits: [['this.#entries.length >= MAX_A_SECOND', 'this.#entries.length < 0']],
  },
  {
    name: 'figures: an unlisted key is named',
    suite: 'observe/recording',
    edits: [['return isUnlisted(key) ? `${namespaceOf(key)}:*` : key;', 'return key;']],
  },
  {
    name: 'figures: a report that the store refuses loses its counters',
    suite: 'observe/fleet',
    edits: [['else analytics.returnMoved(moved);', '']],
  },
  {
    name: 'figures: a process that has ended is shown',
    suite: 'observe/fleet',
    edits: [["KEYS[1], now - PROCESS_LIFE_MS, '+inf'", "KEYS[1], '-inf', '+inf'"]],
  },
  {
    name: 'figures: what a process reports of its removals does not reach the others',
    suite: 'observe/fleet',
    edits: [['entry.process === id || entry.subject', 'entry.process !== id || entry.subject']],
  },
  {
    name: 'figures: a read that waits counts as a hit, too',
    suite: 'observe/recording',
    edits: [
      [
        'const result = this.#servable(reading, found);\n        if (result !== undefined) return served(result);',
        'const result = this.#counted(reading, found);\n        if (result !== undefined) return served(result);',
      ],
    ],
  },
];
