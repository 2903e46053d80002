import type { Mutation } from './mutation.js';

/** Guards of loads that wait for each other, and of outcomes that cannot be shared. */
export const SHARING_MUTATIONS: readonly Mutation[] = [
  {
    name: 'load: a wait that closes a ring is begun',
    suite: 'load/load-cycles',
    edits: [["return this.#reaches(key, inner) ? 'cycle' : undefined;", 'return undefined;']],
  },
  {
    name: 'load: a ring is looked for one wait deep',
    suite: 'load/load-cycles',
    edits: [['open.push(...(load.waits ?? []), ...(load.part?.waits ?? []));', '']],
  },
  {
    name: 'load: the waits of a batch are not those of its keys',
    suite: 'load/load-cycles',
    edits: [[', ...(load.part?.waits ?? [])', '']],
  },
  {
    name: 'load: only the innermost load waits',
    suite: 'load/load-cycles',
    edits: [['const waiting = [...outwards(inner)];', 'const waiting = [inner];']],
  },
  {
    name: 'load: from inside of a load, another process is waited for as long as from outside',
    suite: 'load/load-cycles',
    edits: [
      [
        'inside ? Math.min(limits.leaseMs, limits.leaseWaitMs) : limits.leaseWaitMs',
        'limits.leaseWaitMs',
      ],
    ],
  },
  {
    name: 'load: who comes to lead later does so in the context of the leader before',
    suite: 'load/load-context',
    edits: [
      [
        'waiters.push({ lead: AsyncResource.bind(lead), resolve, reject });',
        'waiters.push({ lead, resolve, reject });',
      ],
    ],
  },
  {
    name: 'flight: callers that cannot share load one after the other',
    suite: 'nest/uncacheable',
    edits: [['this.#end(1, true)', 'this.#end(1, false)']],
  },
  {
    name: 'load: what was not for sharing is forgotten at once',
    suite: 'nest/uncacheable',
    edits: [['this.#unshared.add(key);', '']],
  },
  {
    name: 'load: what was not for sharing is never forgotten',
    suite: 'nest/uncacheable',
    edits: [['this.#unshared.delete(key);', '']],
  },
  {
    name: 'many: the failure of all keys is shared by way of one',
    suite: 'read/get-or-set-many-sharing',
    edits: [['if (!confirmed) this.#confirmed = false;', '']],
  },
  {
    name: 'many: a failed key is released before the callers of the others are counted',
    suite: 'read/get-or-set-many-sharing',
    edits: [['await this.#counted.arrive();', 'void this.#counted.arrive();']],
    equivalent: 'all keys of a failed call are counted in one turn; the wait does not rely on it',
  },
  {
    name: 'load: a loader that asks for its own key waits for itself',
    suite: 'load/single-flight',
    edits: [['if (load.owner === this && load.keys.has(key)) yield load;', '']],
  },
  {
    name: 'load: another cache’s key of the same name is taken for its own',
    suite: 'load/single-flight',
    edits: [['load.owner === this && ', '']],
  },
  {
    name: 'load: what a loader left behind counts as inside of it',
    suite: 'load/single-flight',
    edits: [['load.running = false;', '']],
  },
];
