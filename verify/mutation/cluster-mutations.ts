import type { Mutation } from './mutation.js';

/** Guards of shards: who owns a slot, how many shards there are, proof for each. */
export const CLUSTER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'cluster: a slot that a failover tore apart is used',
    suite: 'redis/cluster/cluster-faults',
    edits: [
      ['imports.filter(([slot, from]) => owners.get(slot)?.id !== from)', 'imports.slice(0, 0)'],
    ],
  },
  {
    name: 'cluster: the proof of any shard is that of all',
    suite: 'redis/cluster/cluster-faults',
    edits: [
      [
        'return this.#guards[this.#shards.of(key)]?.trusted === true;',
        "return this.#guards.some((each) => each.trusted && key !== '');",
      ],
    ],
  },
  {
    name: 'cluster: a process divides the store into another number of shards',
    suite: 'redis/cluster/cluster-store',
    edits: [['found !== null && found !== String(this.#parts.shards)', "found === ''"]],
  },
];
