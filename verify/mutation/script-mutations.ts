import type { Mutation } from './mutation.js';

/** Guards of the Lua scripts. */
export const SCRIPT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'fill: any lease will do',
    suite: 'redis/leases/leases',
    edits: [
      [
        'if not head or token_of(head) ~= ARGV[1] then\n  if KEYS[2]',
        'if not head then\n  if KEYS[2]',
      ],
    ],
  },
  {
    name: 'fill: no lease will do',
    suite: 'testing/store-contract',
    edits: [
      [
        'if not head or token_of(head) ~= ARGV[1] then\n  if KEYS[2]',
        'if head and token_of(head) ~= ARGV[1] then\n  if KEYS[2]',
      ],
      [
        "if awaited(head) then redis.call('PUBLISH', ARGV[4], ARGV[5]) end",
        "if head and awaited(head) then redis.call('PUBLISH', ARGV[4], ARGV[5]) end",
      ],
    ],
  },
  {
    name: 'fill: a refused staged text stays',
    suite: 'redis/leases/interleavings',
    edits: [["if KEYS[2] then redis.call('UNLINK', KEYS[2]) end\n  return 0", 'return 0']],
  },
  {
    name: 'fill: wakes no waiter',
    suite: 'redis/leases/leases',
    edits: [["if awaited(head) then redis.call('PUBLISH', ARGV[4], ARGV[5]) end", '']],
  },
  {
    name: 'fill: wakes without a waiter',
    suite: 'redis/leases/interleavings',
    edits: [
      [
        "if awaited(head) then redis.call('PUBLISH', ARGV[4], ARGV[5]) end",
        "redis.call('PUBLISH', ARGV[4], ARGV[5])",
      ],
    ],
  },
  {
    name: 'acquire: does not note the waiter',
    suite: 'redis/leases/leases',
    edits: [
      ["if not awaited(head) then redis.pcall('SETRANGE', KEYS[1], AWAITED_AT - 1, '1') end", ''],
    ],
  },
  {
    name: 'acquire: takes over before the deadline',
    suite: 'testing/store-contract',
    edits: [['if until_ms and now < until_ms and', 'if false and']],
  },
  {
    name: 'acquire: never takes over',
    suite: 'testing/store-contract',
    edits: [['if until_ms and now < until_ms and', 'if until_ms and']],
  },
  {
    name: 'acquire: a take-over brings its own token',
    suite: 'testing/store-contract',
    edits: [['      token = token_of(head)\n', '']],
  },
  {
    name: 'acquire: a take-over forgets who waits',
    suite: 'redis/leases/interleavings',
    edits: [["      flag = awaited(head) and '1' or '0'\n", '']],
  },
  {
    name: 'acquire: overwrites a value',
    suite: 'testing/store-contract',
    edits: [
      [
        "elseif ARGV[5] ~= '1' then\n    return {'present', ''}",
        "elseif false then\n    return {'present', ''}",
      ],
    ],
  },
  {
    name: 'acquire: overwrites what is no string',
    suite: 'keys/prefix-isolation',
    edits: [["if ARGV[5] ~= '1' then return {'foreign', ''} end", '']],
  },
  {
    name: 'acquire: does not index its key',
    suite: 'model/model',
    edits: [["if ARGV[6] == '1' then index_add(KEYS[2], ARGV[4], ARGV[7], ARGV[8]) end", '']],
  },
  {
    name: 'acquire: a lease without end',
    suite: 'redis/leases/leases',
    edits: [["token .. deadline, 'NX', 'PX', ARGV[3])", "token .. deadline, 'NX')"]],
  },
  {
    name: 'release: any lease will do',
    suite: 'redis/leases/leases',
    edits: [
      [
        'if not head or token_of(head) ~= ARGV[1] then return 0 end',
        'if not head then return 0 end',
      ],
    ],
  },
  {
    name: 'release: keeps the deadline',
    suite: 'testing/store-contract',
    edits: [['deadline = string.format(DEADLINE_FORMAT, 0)', '']],
  },
  {
    name: 'acquire: a hit-for-miss marker is a lease like any other',
    suite: 'testing/store-contract',
    edits: [['marked = now < marked_ms and marked_ms <= now + ARGV[3]', '']],
  },
  {
    name: 'acquire: a hit-for-miss marker never ends',
    suite: 'testing/store-contract',
    edits: [['marked = now < marked_ms and marked_ms <= now + ARGV[3]', 'marked = marked_ms > 0']],
  },
  {
    name: 'release: a plain one ends the hit-for-miss marker',
    suite: 'testing/store-contract',
    edits: [["elseif string.sub(head, DEADLINE_FIRST, DEADLINE_FIRST) ~= '-' then", 'else']],
  },
  {
    name: 'release: wakes no waiter',
    suite: 'redis/leases/leases',
    edits: [["if awaited(head) then redis.call('PUBLISH', ARGV[2], ARGV[3]) end", '']],
  },
  {
    name: 'write: does not index its key',
    suite: 'redis/index/key-index',
    edits: [["if ARGV[5] == '1' then index_add(KEYS[2], ARGV[4], ARGV[9], ARGV[10]) end", '']],
  },
  {
    name: 'write: wakes no waiter',
    suite: 'redis/leases/leases',
    edits: [["if head and awaited(head) then redis.call('PUBLISH', ARGV[3], ARGV[4]) end", '']],
  },
  {
    name: 'write: refuses to end a lease',
    suite: 'testing/store-contract',
    edits: [
      [
        'local head = lease_head(KEYS[1])\nif not put(KEYS[1], KEYS[4],',
        'local head = lease_head(KEYS[1])\nif head then return 1 end\nif not put(KEYS[1], KEYS[4],',
      ],
    ],
  },
  {
    name: 'remove: leaves leases alone',
    suite: 'testing/store-contract',
    edits: [
      [
        "if redis.call('UNLINK', key) == 0 then return 0 end",
        "if head then return 0 end\n  if redis.call('UNLINK', key) == 0 then return 0 end",
      ],
    ],
  },
  {
    name: 'remove: counts leases',
    suite: 'testing/store-contract',
    edits: [['if not head then return 1 end\n', 'if true then return 1 end\n']],
  },
  {
    name: 'remove: wakes no waiter',
    suite: 'redis/leases/leases',
    edits: [['if awaited(head) then woken[#woken + 1] = member end', '']],
  },
  {
    name: 'remove: leaves its members in the index',
    suite: 'redis/index/index-sweeper',
    edits: [["if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], '', unpack(ARGV, 11)) end", '']],
  },
  {
    name: 'remove range: never notices a lost index',
    suite: 'redis/index/key-index',
    edits: [["EPOCHS_TO, 'LIMIT', 0, 1)[1] or ''", "EPOCHS_TO, 'LIMIT', 0, 1)[1] or 'x'"]],
  },
  {
    name: 'remove range: leaves its members in the index',
    suite: 'redis/index/index-sweeper',
    edits: [["redis.call('ZREM', KEYS[1], unpack(members))\nwake", 'wake']],
  },
  {
    name: 'lease header: a value of the same length is taken for a lease',
    suite: 'redis/leases/leases',
    edits: [
      [
        "if type(head) == 'string' and string.sub(head, 1, 1) == LEASE_MARK then return head end",
        "if type(head) == 'string' then return head end",
      ],
    ],
  },
  {
    name: 'index: an addition drops the living',
    suite: 'model/model',
    edits: [
      [
        'if string.byte(other) ~= 0 and is_absent(prefix .. other) then',
        'if string.byte(other) ~= 0 then',
      ],
    ],
  },
  {
    name: 'index: an addition drops the sentinel',
    suite: 'redis/index/index-sweeper',
    edits: [
      [
        'if string.byte(other) ~= 0 and is_absent(prefix .. other) then',
        'if is_absent(prefix .. other) then',
      ],
    ],
  },
  {
    name: 'index: an addition drops no expired key',
    suite: 'redis/index/key-index',
    edits: [["      redis.call('ZREM', index, other)\n", '']],
  },
  {
    name: 'sweep: drops the living',
    suite: 'redis/index/index-sweeper',
    edits: [
      [
        "if is_absent(ARGV[1] .. member) then dead[#dead + 1] = member end\nend\nif #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end\nreturn {#members, #dead, members",
        "dead[#dead + 1] = member\nend\nif #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end\nreturn {#members, #dead, members",
      ],
    ],
  },
  {
    name: 'sample: drops the sentinel',
    suite: 'redis/index/index-sweeper',
    edits: [['if string.byte(member) ~= 0 and is_absent(', 'if is_absent(']],
  },
  {
    name: 'rebuild: sealed although its mark is gone',
    suite: 'redis/index/key-index',
    edits: [
      [
        "if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end",
        "redis.call('ZREM', KEYS[1], ARGV[1])",
      ],
    ],
  },
  {
    name: 'rebuild: goes on although its mark is gone',
    suite: 'redis/index/key-index',
    edits: [["if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end", '']],
    equivalent: 'the seal looks at the mark again; stopping early only saves work',
  },
  {
    name: 'rebuild: begins although the index is complete',
    suite: 'redis/index/key-index',
    edits: [
      [
        "if #redis.call('ZRANGEBYLEX', KEYS[1], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1) > 0 then return '' end\n",
        '',
      ],
    ],
    equivalent: 'the caller has just looked; a second sentinel at worst sends a removal to SCAN',
  },
  {
    name: 'staged fill: renames although the staged text is gone',
    suite: 'redis/leases/interleavings',
    edits: [
      [
        "else kept = redis.call('PEXPIRE', staged, ttl) end\n    if kept == 0 then return false end",
        "else kept = redis.call('PEXPIRE', staged, ttl) end",
      ],
    ],
    equivalent: 'RENAME of a missing key fails by itself, and nothing is stored either way',
  },
  {
    name: 'index: its upkeep looks like use',
    suite: 'redis/index/eviction-order',
    edits: [
      [
        "if used == nil then return redis.pcall('SETRANGE'",
        "if true then return redis.pcall('SETRANGE'",
      ],
    ],
  },
];
