import { script } from './script.js';

/*
 * What processes with copies in their memory need to know is one sorted set:
 *
 *   seq    the sequence of removals, max(seq + 1, server µs), so that it never repeats itself, not
 *          even after the server has lost it
 *   born   when the set was made, in server µs: who was there before is not in it
 *   p…     the processes that keep copies, with the server milliseconds of their last look
 *
 * One key, so that it is lost as a whole or not at all. It is read by commands that count as writes
 * (`ZADD XX INCR 0`), because reads would show in the server's keyspace hits, which people watch.
 */

/** The longest that a reply lists; beyond it the whole bound is waited for. */
const MAX_LISTED = 100;

/**
 * `announce(state, channel, what, ask, create, bound ms)`: moves the sequence and publishes
 * `previous next ask what`. Returns {status, process…}:
 *
 *   unheard  nobody keeps copies (there is no sequence, and none was to be made)
 *   told     and the processes listed are all that may be reading copies
 *   partly   told, but there may be others
 *
 * Processes are listed only for an `ask` other than `-`. It comes after a command that writes: a
 * script that has begun to write is let finish on a server that is full.
 */
export const ANNOUNCE_REMOVAL = String.raw`
local function announce(state, channel, what, ask, create, bound_ms)
  local previous = redis.call('ZADD', state, 'XX', 'INCR', 0, 'seq')
  if not previous and create ~= '1' then return {'unheard'} end
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local status = 'told'
  if not previous then
    redis.call('ZADD', state, string.format('%.0f', now), 'born')
    previous = '0'
    status = 'partly'
  end
  local sequence = string.format('%.0f', math.max(tonumber(previous) + 1, now))
  redis.call('ZADD', state, sequence, 'seq')
  -- The former one as the server writes it, perhaps with an exponent: it is read as a number.
  redis.call('PUBLISH', channel, previous .. ' ' .. sequence .. ' ' .. ask .. ' ' .. what)
  if ask == '-' then return {status} end
  local born = redis.call('ZADD', state, 'XX', 'INCR', 0, 'born')
  if not born or now - born < bound_ms * 1000 then status = 'partly' end
  -- Twice the bound, for a server clock that jumps.
  local since = string.format('%.0f', math.floor(now / 1000) - 2 * bound_ms)
  local live = redis.call('ZRANGEBYSCORE', state, since, '(1e14', 'LIMIT', 0, ${MAX_LISTED})
  if #live == ${MAX_LISTED} then status = 'partly' end
  return {status, unpack(live)}
end`;

/**
 * Announces a removal that several scripts made together.
 *
 * KEYS state. ARGV channel, what, ask, create (0|1), bound ms. Returns what `announce` does.
 */
export const ANNOUNCE = script(
  ANNOUNCE_REMOVAL,
  String.raw`
-- Something that writes and needs no memory first: see announce.
redis.call('ZREM', KEYS[1], '')
return announce(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]))`,
);

/** Milliseconds without a look after which a process is struck off the list. */
const GONE_MS = 60_000;

/**
 * A process's look at the sequence; what it learns and that it learnt it are one.
 *
 * KEYS state. ARGV process, channel. Returns the sequence.
 */
export const LOOK = script(
  ANNOUNCE_REMOVAL,
  String.raw`
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, string.format('%.0f', now_ms - ${GONE_MS}))
local sequence = redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, 'seq')
if not sequence then
  -- Whatever was announced before it was lost may not have been heard.
  announce(KEYS[1], ARGV[2], 'a', '-', '1', 0)
  sequence = redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, 'seq')
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now_ms), ARGV[1])
return sequence`,
);
