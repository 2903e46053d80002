import type { Mutation } from './mutation.js';

/** Guards of the engine: loads, who shares them, and stores by hand. */
export const ENGINE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'load: the token is taken after the data was read',
    suite: 'sharing',
    edits: [
      [
        'const got = await this.#obtain(flight, key, budget, replace);',
        'const early = await loader({ key });\n    const got = await this.#obtain(flight, key, budget, replace);',
      ],
      ['value = await loader({ key });', 'value = early;'],
    ],
  },
  {
    name: 'load: a refused fill is shared',
    suite: 'sharing',
    edits: [
      [
        'flight.land(stored === true ? seatedBeforeFill : seatedBefore,',
        'flight.land(seatedBeforeFill,',
      ],
    ],
  },
  {
    name: 'load: a fill without answer is shared',
    suite: 'interleavings',
    edits: [
      [
        'flight.land(stored === true ? seatedBeforeFill : seatedBefore,',
        'flight.land(stored !== false ? seatedBeforeFill : seatedBefore,',
      ],
    ],
  },
  {
    name: 'load: an unconfirmed error or undefined is shared',
    suite: 'sharing',
    edits: [['return held ? seatedBeforeRelease : seatedBefore;', 'return seatedBeforeRelease;']],
  },
  {
    name: 'load: a failed load keeps its lease',
    suite: 'leases',
    edits: [
      [
        'if (lease === undefined) return seatedBefore;\n',
        'if (lease === undefined || seatedBefore > 0) return seatedBefore;\n',
      ],
    ],
  },
  {
    name: "load: another's value is shared with who came after it was read",
    suite: 'sharing',
    edits: [
      [
        'return { value: opened.value, covered };',
        'return { value: opened.value, covered: flight.mark() };',
      ],
    ],
  },
  {
    name: 'load: waits for ever',
    suite: 'interleavings',
    edits: [['if (patience <= 0) return { lease: undefined };', '']],
  },
  {
    name: 'load: an unreadable value is never replaced',
    suite: 'values',
    edits: [
      ["budget, miss === 'corrupt')", 'budget, false)'],
      ["replace = opened === 'corrupt';", ''],
    ],
  },
  {
    name: 'flight: who comes after the last command was sent joins',
    suite: 'sharing',
    edits: [['if (confirmable && this.#closed) return undefined;', '']],
    equivalent: 'the mark taken at closing leaves them out anyway; the door spares them the wait',
  },
  {
    name: 'flight: everybody shares, whatever the mark says',
    suite: 'sharing',
    edits: [
      [
        'const share = Math.max(1, covered);',
        'const share = Math.max(this.seats.length, covered);',
      ],
    ],
  },
  {
    name: 'flight: with the store away, a running load is joined',
    suite: 'outages',
    edits: [
      [
        'const seats = confirmable || !(this.#loading || this.#closed) ? this.seats : this.#next;',
        'const seats = this.seats;',
      ],
    ],
    equivalent:
      'without a confirmed fill the mark of the beginning leaves them out; a confirmed one covers them',
  },
  {
    name: 'flight: who was left out is forgotten',
    suite: 'sharing',
    edits: [['this.landed([...this.seats.slice(share), ...this.#next]);', 'this.landed([]);']],
  },
  {
    name: 'flight: nobody joins',
    suite: 'sharing',
    edits: [['if (flight !== undefined) return flight.sit(lead, confirmable);', '']],
  },
  {
    name: 'set: a missing token is no token',
    suite: 'values',
    edits: [["if (!('token' in options)) {", 'if (options.token === undefined) {']],
  },
];
