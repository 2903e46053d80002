import type { Mutation } from './mutation.js';

/** Guards of values that are held beyond their ttl, and of their refreshes. */
export const REFRESH_MUTATIONS: readonly Mutation[] = [
  {
    name: 'claim: what is no plain value is claimed',
    suite: 'testing/store-contract',
    edits: [['if mark and mark > 2 and #text', 'if mark and #text']],
  },
  {
    name: 'claim: a plain value keeps no lifetime',
    suite: 'testing/store-contract',
    edits: [["ARGV[5] .. plain, 'KEEPTTL'", 'ARGV[5] .. plain']],
  },
  {
    name: 'refill: any filling will do',
    suite: 'load/background-refresh',
    edits: [
      [
        'local stored = 0\nif holds(KEYS[1], ARGV[1]) then',
        "local stored = 0\nif redis.call('EXISTS', KEYS[1]) == 1 then",
      ],
    ],
  },
  {
    name: 'refill: no filling will do',
    suite: 'load/background-refresh',
    edits: [
      ['local stored = 0\nif holds(KEYS[1], ARGV[1]) then', 'local stored = 0\nif true then'],
    ],
  },
  {
    name: 'refill: wakes no waiter',
    suite: 'redis/leases/leases',
    edits: [
      ["if string.sub(lease, 1, 1) == '1' then redis.call('PUBLISH', channel, member) end", ''],
    ],
  },
  {
    name: "refill: ends another's lease",
    suite: 'testing/store-contract',
    edits: [
      [
        "if string.sub(lease, 2) == token then redis.call('UNLINK', key) end",
        "redis.call('UNLINK', key)",
      ],
    ],
  },
  {
    name: 'refresh: begins without looking at the filling',
    suite: 'testing/store-contract',
    edits: [["if not there and not plain then return {'gone', '0'} end", '']],
  },
  {
    name: 'refresh: every process gets the refresh lease',
    suite: 'load/background-refresh',
    edits: [
      [
        "if ARGV[4] == '1' or redis.call('SET', KEYS[2], '0' .. ARGV[2], 'NX', 'PX', ARGV[3]) then",
        "if ARGV[4] == '1' or redis.call('SET', KEYS[2], '0' .. ARGV[2], 'PX', ARGV[3]) then",
      ],
    ],
  },
  {
    name: 'refresh: no backoff after a failure',
    suite: 'testing/store-contract',
    edits: [["if there == 1 and ARGV[3] ~= '0' then", 'if false then']],
  },
  {
    name: 'refresh: a hit-for-miss marker keeps all others waiting',
    suite: 'testing/store-contract',
    edits: [["if marker and ARGV[4] == '0' then return owned() end", '']],
  },
  {
    name: 'refresh: a hit-for-miss marker outlives its filling',
    suite: 'testing/store-contract',
    edits: [['marker and string.sub(lease, 3) ~= ARGV[1] or left_ms', 'left_ms']],
  },
  {
    name: 'refresh: a hit-for-miss marker is put over the lease of another',
    suite: 'testing/store-contract',
    edits: [["if not lease or string.sub(lease, 1, 2) == '2!' then", 'if true then']],
  },
  {
    name: 'refresh: in process, a hit-for-miss marker outlives its filling',
    suite: 'testing/store-contract',
    edits: [[' && (held.openTo ?? head) === head', '']],
  },
  {
    name: 'refresh: in process, the background counts as a caller that waits',
    suite: 'testing/store-contract',
    edits: [[' && terms.background !== true', '']],
  },
  {
    name: 'refresh: the end confirms whatever is there',
    suite: 'testing/store-contract',
    edits: [['local there = holds(KEYS[1], ARGV[1]) and 1 or 0', 'local there = 1']],
  },
  {
    name: 'refresh: stored on another connection than the filling was seen on',
    suite: 'load/background-refresh',
    edits: [
      [
        'if (refresh.generation !== connection.generation) return false;\n    const staged',
        'const staged',
      ],
      [
        '    connection.assertGeneration(refresh.generation);\n    if (answer === 1',
        '    if (answer === 1',
      ],
    ],
  },
  {
    name: 'refresh: in process, any filling will do',
    suite: 'load/background-refresh',
    edits: [['if (there) this.#put(key, text, ttlMs);', 'this.#put(key, text, ttlMs);']],
  },
  {
    name: 'stale: a value is fresh as long as it is kept',
    suite: 'read/stale-while-revalidate',
    edits: [['return ttlMs === null ? null : ttlMs - (terms?.staleMs ?? 0);', 'return ttlMs;']],
  },
  {
    name: 'stale: a plain read does not ask how old the value is',
    suite: 'read/stale-while-revalidate',
    edits: [
      [
        "if (outlivesItsTtl) return this.#findWithLife(key, options, budget, 'approximate');",
        'void outlivesItsTtl;',
      ],
    ],
  },
  {
    name: 'stale: what was read before the failure is served after an invalidation',
    suite: 'read/stale-if-error',
    edits: [
      [
        'const served = fallback ? await this.#fallback(reading) : undefined;',
        'const served = fallback ? this.#toResult(reading, miss) : undefined;',
      ],
    ],
  },
  {
    name: 'stale: what was read before the soft timeout is served after an invalidation',
    suite: 'read/timeouts',
    edits: [
      [
        'const served = await this.#fallback(reading);\n      if (served',
        'const served = fallback ? this.#toResult(reading, miss) : undefined;\n      if (served',
      ],
    ],
  },
  {
    name: 'stale: served to readers who did not allow it',
    suite: 'read/stale-if-error',
    edits: [
      [
        "if (typeof found !== 'object' || found.staleness === 'expired') return undefined;",
        "if (typeof found !== 'object') return undefined;",
      ],
    ],
    equivalent:
      'only readers who may be served the old value get there; the window may end meanwhile',
  },
  {
    name: "stale: another process's old value is taken for its new one",
    suite: 'load/background-refresh',
    edits: [
      ["if (typeof found === 'object' && isFresh(found)) {", "if (typeof found === 'object') {"],
    ],
  },
  {
    name: 'timeout: the loader’s signal is not aborted',
    suite: 'read/timeouts',
    edits: [['aborter().abort(reason);', '']],
  },
  {
    name: 'timeout: a joiner waits as long as the load',
    suite: 'read/timeouts',
    edits: [
      ['const seconds = Math.min(softSeconds, hardTimeout);', 'const seconds = softSeconds;'],
    ],
  },
  {
    name: 'timeout: a loader in the background may take for ever',
    suite: 'read/timeouts',
    edits: [['background ? LIMIT_SECONDS.background : LIMIT_SECONDS.foreground', 'undefined']],
  },
  {
    name: 'timeout: a loader without a bound may take for ever',
    suite: 'read/timeouts',
    edits: [['foreground: 300,', 'foreground: 3_000_000,']],
  },
  {
    name: "background: spends the request's budget",
    suite: 'read/stale-while-revalidate',
    edits: [
      [
        'const running = runWithCacheDeadline(() => LoadGraph.outside(async () => work()))',
        'const running = LoadGraph.outside(async () => work())',
      ],
    ],
  },
  {
    name: 'background: a failure is an unhandled rejection',
    suite: 'read/stale-while-revalidate',
    edits: [['(error: unknown) => this.#failed(key, error),', '']],
  },
  {
    name: 'background: what a caller left behind is forgotten',
    suite: 'read/timeouts',
    edits: [
      [
        'this.#work.follow(load);\n        return { served };',
        'load.catch(() => undefined);\n        return { served };',
      ],
    ],
  },
  {
    name: 'background: closing waits for nothing',
    suite: 'read/stale-while-revalidate',
    edits: [['await this.wiring.work.close();', '']],
  },
  {
    name: 'negative: null has a stale time',
    suite: 'values/negative-ttl',
    edits: [['const staleMs = negative ? 0 : Math', 'const staleMs = Math']],
  },
];
