import type { Mutation } from './mutation.js';

/** Who warms, how fast, and until when. */
export const WARM_MUTATIONS: readonly Mutation[] = [
  {
    name: 'warming: a second process begins a run of its own',
    suite: 'warm/warming-board',
    edits: [['if (held === undefined) this.#hold(holder', 'this.#hold(holder']],
  },
  {
    name: 'warming: a holder that has lost its run goes on',
    suite: 'warm/warming-board',
    edits: [
      [
        "if (held?.holder !== holder) return Promise.resolve('lost');",
        "if (held === undefined) return Promise.resolve('lost');",
      ],
    ],
  },
  {
    name: 'warming: a run is taken over from a holder that lives',
    suite: 'warm/warming-board',
    edits: [["if (held.until > this.clock.now()) return Promise.resolve('running');", '']],
  },
  {
    name: 'warming: pressure does not slow it',
    suite: 'warm/pace',
    edits: [['? Math.max(1, this.#rate / 2)', '? this.#rate']],
  },
  {
    name: 'warming: a source without room is loaded from',
    suite: 'warm/pace',
    edits: [['if (this.isFull()) {', 'if (this.most < 0) {']],
  },
  {
    name: 'warming: what is present is loaded',
    suite: 'warm/warming',
    edits: [['present[at] !== true', 'present.length > at']],
  },
  {
    name: 'warming: a run has no deadline',
    suite: 'warm/warming',
    edits: [["() => this.#abort('deadline')", '() => undefined']],
  },
  {
    name: 'warming: the mark of a warm cache is not looked at',
    suite: 'warm/warming',
    edits: [['if (!warmed) this.#wanted ??=', 'if (this.clock.now() >= 0) this.#wanted ??=']],
  },
];
