import type { Mutation } from './mutation.js';

/** Guards of the stores in TypeScript: connections, removals, the index, and the in-process store. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'lease: filled on another connection than it was taken on',
    suite: 'redis/connection/store-outages',
    edits: [
      [
        'if (lease.generation !== connection.generation) return false;\n    const staged',
        'const staged',
      ],
      [
        'const answer = asNumber(await connection.run(FILL, keys, args, withinMs));\n    connection.assertGeneration(lease.generation);',
        'const answer = asNumber(await connection.run(FILL, keys, args, withinMs));',
      ],
    ],
  },
  {
    name: 'lease: the connection is not looked at when a fill is sent',
    suite: 'redis/connection/store-outages',
    edits: [
      [
        'if (lease.generation !== connection.generation) return false;\n    const staged',
        'const staged',
      ],
    ],
  },
  {
    name: 'lease: the connection is not looked at when a fill is answered',
    suite: 'redis/connection/store-outages',
    edits: [
      [
        'const answer = asNumber(await connection.run(FILL, keys, args, withinMs));\n    connection.assertGeneration(lease.generation);',
        'const answer = asNumber(await connection.run(FILL, keys, args, withinMs));',
      ],
    ],
  },
  {
    name: 'lease: the connection is not looked at when an acquisition is answered',
    suite: 'redis/connection/store-outages',
    edits: [
      [
        '    connection.assertGeneration(generation);\n    const [state, detail, taken]',
        '    const [state, detail, taken]',
      ],
    ],
    equivalent: 'the lease carries the generation of its sending, and the fill compares that',
  },
  {
    name: 'connection: a reconnect is no new generation',
    suite: 'redis/connection/store-outages',
    edits: [['this.#generation++;\n      this.#known = new Set();', 'this.#known = new Set();']],
  },
  {
    name: 'sentinel: a server is used without being a master',
    suite: 'redis/sentinel/failover',
    edits: [["says !== 'master' || !isSame", '!isSame']],
  },
  {
    name: 'sentinel: they are not asked again after connecting',
    suite: 'redis/sentinel/sentinel-client',
    edits: [["says !== 'master' || !isSame(master, this.#node)", "says !== 'master'"]],
  },
  {
    name: 'sentinel: the first view counts, not the latest',
    suite: 'redis/sentinel/sentinel-client',
    edits: [['views.sort((one, other) => other.epoch - one.epoch)', 'views']],
  },
  {
    name: 'sentinel: a master that answers is never left',
    suite: 'redis/sentinel/sentinel-client',
    edits: [['if (isSame(master, this.#node)) return;', 'return;']],
  },
  {
    name: 'sentinel: READONLY is an answer like any other',
    suite: 'redis/sentinel/failover',
    edits: [["client === this.#client && replyCode(error) === 'READONLY'", 'false']],
  },
  {
    name: 'removal: pages of two connections make one removal',
    suite: 'redis/leases/interleavings',
    edits: [
      [
        'connection.assertGeneration(generation);\n      await announcement.acknowledged();',
        'await announcement.acknowledged();',
      ],
    ],
  },
  {
    name: 'removal: a range does not compare epochs',
    suite: 'redis/index/index-sweeper',
    edits: [["if (seen === '' || seen !== epoch)", "if (seen === '')"]],
  },
  {
    name: 'removal: an incomplete index is believed',
    suite: 'redis/index/key-index',
    edits: [
      [
        'if (glob !== undefined && done.complete) return',
        'if (glob !== undefined && index !== undefined) return',
      ],
    ],
  },
  {
    name: 'removal: a range begins again at its start',
    suite: 'redis/index/key-index',
    edits: [['      rest = behind(asBytes(last), rest);\n', '']],
  },
  {
    name: 'removal: everything is what the index knows',
    suite: 'keys/prefix-isolation',
    edits: [['if (glob !== undefined && done.complete) return', 'if (done.complete) return']],
  },
  {
    name: 'index pages: epochs are not compared',
    suite: 'redis/index/key-index',
    edits: [['return (await this.epoch()) === before;', 'return true;']],
  },
  {
    name: 'index pages: a sentinel is enough, whichever',
    suite: 'redis/index/key-index',
    edits: [
      ['return (await this.epoch()) === before;', 'return (await this.epoch()) !== undefined;'],
    ],
  },
  {
    name: 'index pages: begin again at their start',
    suite: 'redis/index/key-index',
    edits: [['      rest = behind(last, rest);\n', '']],
  },
  {
    name: 'index: keys that were there before are not adopted',
    suite: 'redis/index/key-index',
    edits: [['this.#index?.rebuildInBackground();\n    });', '});']],
  },
  {
    name: 'layout: bookkeeping is a key like any other',
    suite: 'keys/prefix-isolation',
    edits: [
      [
        'return member.length === 0 || member[0] === NUL ? undefined : member;',
        'return member.length === 0 ? undefined : member;',
      ],
    ],
  },
  {
    name: 'layout: the prefix is read as a glob',
    suite: 'keys/prefix-isolation',
    edits: [
      ['return `${escapeGlob(this.prefix)}*`;', 'return `${this.prefix}*`;'],
      ['return escapeGlob(this.prefix) + glob.source;', 'return this.prefix + glob.source;'],
    ],
  },
  {
    name: 'layout: a range ends with the last letter, not with the last byte',
    suite: 'redis/index/key-index',
    edits: [
      [
        'return { min: Buffer.concat([INCLUSIVE, literal]), max };',
        "const min = Buffer.concat([INCLUSIVE, literal]);\n  return { min, max: Buffer.concat([min, Buffer.from('\\u{10ffff}')]) };",
      ],
    ],
  },
  {
    name: 'read: the life is asked for after the value',
    suite: 'redis/leases/interleavings',
    edits: [
      [
        "this.#connection.send(['PTTL', name], withinMs),\n            this.#connection.send(['GET', name], withinMs),\n          ]);",
        "this.#connection.send(['GET', name], withinMs),\n            this.#connection.send(['PTTL', name], withinMs),\n          ]).then(([value, life]) => [life, value]);",
      ],
    ],
  },
  {
    name: 'read: a lease is a value',
    suite: 'testing/store-contract',
    edits: [['return reply.startsWith(LEASE_MARK) ? undefined : reply;', 'return reply;']],
  },
  {
    name: 'scan: a cursor is taken to another server',
    suite: 'redis/leases/interleavings',
    edits: [['    connection.assertGeneration(generation);\n    cursor =', '    cursor =']],
    equivalent:
      'removals compare the connection at their end, and a rebuild loses its mark with its server',
  },
  {
    name: 'watch: a wake-up between two waits is lost',
    suite: 'redis/leases/leases',
    edits: [
      [
        'if (this.#resume === undefined) this.#pending = true;\n    else this.#resume();',
        'this.#resume?.();',
      ],
    ],
  },
  {
    name: 'memory: any lease will do',
    suite: 'testing/store-contract',
    edits: [['return this.#live(key)?.token === token;', 'return this.#live(key) !== undefined;']],
  },
  {
    name: 'memory: a take-over brings its own token',
    suite: 'testing/store-contract',
    edits: [['const token = held?.token ?? this.token();', 'const token = this.token();']],
  },
  {
    name: 'memory: takes over before the deadline',
    suite: 'testing/store-contract',
    edits: [
      [
        'if (held !== undefined && now < held.deadline && ',
        'if (held !== undefined && now < 0 && ',
      ],
    ],
  },
  {
    name: 'memory: a removal leaves leases alone',
    suite: 'testing/store-contract',
    edits: [
      [
        '    this.#leases.end(key);\n    const there = this.#text(key) !== undefined;',
        '    const there = this.#text(key) !== undefined;',
      ],
    ],
  },
  {
    name: 'memory: a lease from before the clock was set back keeps others from loading',
    suite: 'redis/leases/clock-set-back',
    edits: [['&& held.deadline <= now + terms.leaseMs', '']],
  },
  {
    name: 'memory: a value that is too large is taken for stored',
    suite: 'values/unstorable-values',
    edits: [['if (store.fits?.(key, text) === false) {', 'if (text === undefined) {']],
  },
  {
    name: 'engine: an older value is served after a set that could not be stored',
    suite: 'values/unstorable-values',
    edits: [
      [
        'if (text === undefined) await store.remove(selectKeys([key]));',
        'if (text === undefined) return false;',
      ],
    ],
  },
  {
    name: 'acquire: a lease from before the clock was set back keeps others from loading',
    suite: 'redis/leases/clock-set-back',
    edits: [[' and until_ms <= now + ARGV[2] then', ' then']],
  },
  {
    name: 'refresh: a lease from before the clock was set back keeps others from refreshing',
    suite: 'redis/leases/clock-set-back',
    edits: [[' or left_ms < 0 or left_ms > longest then', ' then']],
  },
  {
    name: 'memory: a lease from before the clock was set back keeps others from refreshing',
    suite: 'redis/leases/clock-set-back',
    edits: [[' && expiresAt <= now + (resting ? MAX_REFRESH_BACKOFF_MS : leaseMs)', '']],
  },
  {
    name: 'listing: a name that cannot be a key becomes a cursor',
    suite: 'redis/index/odd-names',
    edits: [
      ['(member) => isKey(member) && !isUnlisted(member)', '(member) => !isUnlisted(member)'],
    ],
  },
];
