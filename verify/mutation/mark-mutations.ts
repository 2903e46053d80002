import type { Mutation } from './mutation.js';

/** Guards of the marks by which a relay leaves out what a writer has removed. */
export const MARK_MUTATIONS: readonly Mutation[] = [
  {
    name: 'marks: a missing one counts',
    suite: 'outbox/removal-marks',
    edits: [["if type(found) ~= 'string' then return false end", '']],
  },
  {
    name: 'marks: the first of several writes is enough',
    suite: 'outbox/removal-marks',
    edits: [
      [
        "if type(found) ~= 'string' then return false end\n  end\n  return true",
        "if type(found) == 'string' then return true end\n  end\n  return false",
      ],
    ],
  },
  {
    name: 'marks: count for every selection of their write',
    suite: 'outbox/removal-marks',
    edits: [
      ["'XX', 'INCR', 0, position .. '\\n' .. what)", "'XX', 'INCR', 0, position)"],
      [
        "redis.pcall('ZADD', marks, now, string.sub(terms, 2) .. '\\n' .. what)",
        "redis.pcall('ZADD', marks, now, string.sub(terms, 2))",
      ],
    ],
  },
  {
    name: 'marks: a full server removes nothing',
    suite: 'outbox/removal-marks',
    edits: [["redis.pcall('ZADD', marks, 'XX'", "redis.call('ZADD', marks, 'XX'"]],
  },
  {
    name: 'marks: grow without bound',
    suite: 'outbox/removal-marks',
    edits: [["redis.pcall('ZREMRANGEBYRANK', marks, 0, -1 - MAX_MARKS)", '']],
  },
  {
    name: 'marks: stay for ever',
    suite: 'outbox/removal-marks',
    edits: [["redis.pcall('PEXPIRE', marks, MARK_LIFE_MS)", '']],
  },
  {
    name: 'marks: the relay does not look for those of a key',
    suite: 'outbox/removal-marks',
    edits: [['if marked(KEYS[3], ARGV[8], ARGV[4]) then return {0, {}} end', '']],
  },
  {
    name: 'marks: the relay does not look for those of a pattern',
    suite: 'outbox/removal-marks',
    edits: [["if marked(KEYS[3], ARGV[11], ARGV[7]) then return {epoch, 0, 0, '', {}} end", '']],
  },
  {
    name: 'marks: cover a key before its removal is announced',
    suite: 'outbox/removal-marks',
    edits: [
      [
        "if ARGV[4] == '' then return {removed, {}} end\nlocal answer",
        "if ARGV[4] == '' then return {removed, {}} end\nmark(KEYS[3], ARGV[8], ARGV[4])\nlocal answer",
      ],
    ],
  },
  {
    name: 'marks: cover a pattern before its removal is announced',
    suite: 'outbox/removal-marks',
    edits: [
      [
        "if ARGV[7] == '' then return {} end\n",
        "if ARGV[7] == '' then return {} end\n  mark(KEYS[3], ARGV[11], ARGV[7])\n",
      ],
    ],
  },
  {
    name: 'marks: cover a removal by an index that lacks keys',
    suite: 'outbox/removal-marks',
    edits: [["if epoch ~= '' then mark(", 'if epoch then mark(']],
  },
  {
    name: 'marks: cover a removal whose first pages another server made',
    suite: 'outbox/removal-marks',
    edits: [["onPage = '';", '']],
  },
  {
    name: 'marks: cover for several keys what their announcement covers',
    suite: 'outbox/removal-marks',
    edits: [
      [
        "const several = selection.kind === 'keys' && selection.keys.length > 1;",
        'const several = false;',
      ],
    ],
  },
  {
    name: 'marks: one position is read as several',
    suite: 'outbox/removal-marks',
    edits: [[' || positions.some((each) => /[\\r\\n]/.test(each))', '']],
  },
  {
    name: 'marks: are left without a log that would ask for them',
    suite: 'outbox/removal-marks',
    edits: [['freshness !== undefined && isCommitted ?', 'isCommitted ?']],
  },
  {
    name: 'marks: are left while a transaction is open',
    suite: 'outbox/relay',
    edits: [['isCommitted = !isBeforeCommit(),', 'isCommitted = true,']],
  },
  {
    name: 'marks: are left when the outcome of the commit is not known',
    suite: 'outbox/relay',
    edits: [
      [
        'this.run(selections, this.#committedNow(written), because, false)',
        'this.run(selections, this.#committedNow(written), because)',
      ],
    ],
  },
  {
    name: 'marks in memory: the first of several writes is enough',
    suite: 'outbox/removal-marks',
    edits: [['return positions.every((position) =>', 'return positions.some((position) =>']],
  },
  {
    name: 'marks in memory: count for every selection of their write',
    suite: 'outbox/removal-marks',
    edits: [
      [
        'return `${position}\\n${identify(selection)}`;',
        'return `${position}\\n${selection.kind.slice(9)}`;',
      ],
    ],
  },
  {
    name: 'marks in memory: grow without bound',
    suite: 'outbox/removal-marks',
    edits: [['this.#marks.delete(oldest);', 'void oldest;']],
  },
  {
    name: 'marks: the cursor moves though one is missing',
    suite: 'outbox/relay-store',
    edits: [['then return {-2} end', 'then break end']],
  },
  {
    name: 'marks: stay when the cursor has passed them',
    suite: 'outbox/relay-store',
    edits: [["if #ARGV > 7 then redis.call('ZREM', KEYS[3], unpack(ARGV, 8)) end", '']],
  },
  {
    name: 'marks: the cursor moves past an entry without a position',
    suite: 'outbox/removal-marks',
    edits: [
      ["if (typeof each === 'string') return [];", "if (typeof each === 'string') continue;"],
    ],
  },
  {
    name: 'relay: makes a round for each notification while appends go on',
    suite: 'outbox/relay',
    edits: [['Math.max(SHORTEST_PAUSE_MS, BUSY_ROUND_MS - sinceMs)', 'SHORTEST_PAUSE_MS']],
  },
  {
    name: 'relay: a position of the batch stands for an entry without one',
    suite: 'outbox/relay',
    edits: [
      [
        'patterns.set(pattern, position === undefined ? undefined : positions?.add(position));',
        'patterns.set(pattern, position === undefined ? positions : positions?.add(position));',
      ],
    ],
  },
];
