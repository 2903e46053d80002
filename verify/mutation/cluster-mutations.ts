import type { Mutation } from './mutation.js';

/** Guards of shards: who owns a slot, how many shards there are, proof for each, declared keys, motion. */
export const CLUSTER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'cluster: a slot that a failover tore apart is used',
    suite: 'redis/cluster/moving-slots',
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
  {
    name: 'cluster: a removal counts as done although a shard has not confirmed',
    suite: 'redis/cluster/moving-slots',
    edits: [
      [
        "if (result.status === 'rejected') throw result.reason;",
        "if (result.status === 'rejected') continue;",
      ],
    ],
  },
  {
    name: 'cluster: a handshake that never ends is waited for',
    suite: 'store/redis/cluster/shared-client',
    edits: [['if (this.#clock.now() - this.#openedAt >= HANDSHAKE_MS) this.renew();', '']],
  },
  {
    name: 'motion: the relay removes key by key too, so that the cursor passes the write',
    suite: 'redis/cluster/moving-slots',
    edits: [['if (options.logged !== true || selection', 'if (selection']],
  },
  {
    name: 'motion: what has moved already is not removed',
    suite: 'redis/cluster/moving-slots',
    edits: [['return connection.sendWhereAsked(error, command, withinMs);', 'return 0;']],
  },
  {
    name: 'motion: the new owner is asked without ASKING',
    suite: 'redis/cluster/moving-slots',
    edits: [["client.send(['ASKING']).catch(() => undefined);", '']],
  },
  {
    name: 'motion: a rebuild that saw a half of the slot declares the index complete',
    suite: 'redis/cluster/moving-slots',
    edits: [['[layout.index, layout.absent]', '[layout.index, layout.index]']],
  },
  {
    name: 'declared keys: a mark covers what came after the names were read',
    suite: 'redis/index/declared-keys',
    edits: [[' and not first(ARGV[9], ARGV[10]) then', ' then']],
  },
  {
    name: 'declared keys: a mark covers what an index that was lost does not know',
    suite: 'redis/index/declared-keys',
    edits: [['first(EPOCHS_FROM, EPOCHS_TO) and not first(', 'not first(']],
  },
  {
    name: 'declared keys: a removal goes on in an index that was lost between two pages',
    suite: 'redis/index/declared-keys',
    edits: [
      [
        "if (present === '' || present !== epoch) {\n      yield undefined;\n      return;\n    }",
        '',
      ],
    ],
  },
  {
    name: 'declared keys: a page of an index that was lost since passes for a complete one',
    suite: 'redis/index/declared-keys',
    edits: [['if (found === null) return undefined;', '']],
  },
  {
    name: 'declared keys: by plain commands a removal that finds nothing is announced to no process',
    suite: 'redis/index/declared-keys',
    edits: [['announced === null ? 0 : 1', '0']],
  },
  {
    name: 'declared keys: a script removes what it finds in the index',
    suite: 'redis/index/declared-keys',
    edits: [['const isRange = !declared && ', 'const isRange = ']],
  },
  {
    name: 'declared keys: a script probes what it finds in the index',
    suite: 'redis/index/declared-keys',
    edits: [['if (this.sweeper?.probes !== true) return', 'return']],
  },
  {
    name: 'declared keys: the sweeper drops what was filled again',
    suite: 'redis/index/declared-keys',
    edits: [['if is_absent(KEYS[i]) then dead', 'if true then dead']],
  },
  {
    name: 'declared keys: a removal that finds nothing is announced to no process',
    suite: 'redis/index/declared-keys',
    edits: [['const isAnnounced = page.announced || ', 'const isAnnounced = ']],
  },
  {
    name: 'declared keys: a replica passes for a server where nothing is',
    suite: 'redis/index/declared-keys',
    edits: [
      [
        "{epoch or '', announced and 1 or 0",
        "{epoch or '', type(announced) == 'string' and 1 or 0",
      ],
    ],
  },
];
