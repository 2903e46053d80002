import { ANNOUNCE_REMOVAL } from './announce-scripts.js';
import { PUT, script } from './script.js';

/*
 * Refreshing replaces a value that is still served, so its lease cannot sit in the data key. The
 * fence is the data key all the same: every filling begins with an id of its own (see the envelope),
 * and a refill compares it. Whatever removed or replaced the filling has made the refill void, so no
 * script that removes needs to know of refreshes.
 *
 * The turn among those who would refresh is a key of its own in the same slot, and only about doing
 * the work once:
 *
 *   0 loading | 1 loading, awaited | 2 resting, and then the token
 *
 * A turn that ended with nothing to store leaves a hit-for-miss marker, 2! and the beginning of the
 * filling: while that is held, every caller that waits for a value may refresh it. Any other filling
 * makes the marker void. Processes of a release before the markers take it for a rest.
 */

/** No rest and no marker lasts longer; the engine's last seconds. */
const LONGEST_REST_MS = 60_000;

const FILLING = String.raw`
local function holds(key, head)
  return redis.pcall('GETRANGE', key, 0, #head - 1) == head
end
local function end_turn(key, token, channel, member)
  local turn = redis.call('GET', key)
  if not turn then return end
  if string.sub(turn, 2) == token then redis.call('UNLINK', key) end
  if string.sub(turn, 1, 1) == '1' then redis.call('PUBLISH', channel, member) end
end`;

/**
 * Takes the turn to refresh, or says why not.
 *
 * KEYS data, turn. ARGV head, token, turn ms, how it is asked for (0: a caller waits | 1: insists |
 * 2: in the background).
 * Returns {state, milliseconds}: owned, wait, resting, gone.
 */
export const BEGIN_REFRESH = script(
  FILLING,
  String.raw`
if not holds(KEYS[1], ARGV[1]) then return {'gone', '0'} end
if ARGV[4] == '1' or redis.call('SET', KEYS[2], '0' .. ARGV[2], 'NX', 'PX', ARGV[3]) then
  return {'owned', '0'}
end
local left_ms = redis.call('PTTL', KEYS[2])
local left = string.format('%.0f', math.max(1, left_ms))
local turn = redis.call('GET', KEYS[2])
local resting = string.sub(turn, 1, 1) == '2'
local marker = string.sub(turn, 1, 2) == '2!'
local longest = resting and ${LONGEST_REST_MS} or tonumber(ARGV[3])
-- A marker for another filling is none, and neither is what ends later than any turn could: it comes
-- from a clock that was set back.
if marker and string.sub(turn, 3) ~= ARGV[1] or left_ms < 0 or left_ms > longest then
  redis.call('SET', KEYS[2], '0' .. ARGV[2], 'PX', ARGV[3])
  return {'owned', '0'}
end
if marker and ARGV[4] == '0' then return {'owned', '0'} end
if resting then return {'resting', left} end
redis.pcall('SETRANGE', KEYS[2], 0, '1')
return {'wait', left}`,
);

/**
 * Replaces a filling by the next one if it is still there, ends the turn, and tells those who hold copies
 * of the former one.
 *
 * KEYS data, turn, removals [, staged value]. ARGV head, token, ttl ms or '', value or '', channel,
 * member, removal channel, what, create. Returns 1 stored, 0 refused, -1 the staged value is gone.
 */
export const REFILL = script(
  FILLING,
  PUT,
  ANNOUNCE_REMOVAL,
  String.raw`
local stored = 0
if holds(KEYS[1], ARGV[1]) then
  if not put(KEYS[1], KEYS[4], ARGV[3], ARGV[4]) then return -1 end
  stored = 1
elseif KEYS[4] then
  redis.call('UNLINK', KEYS[4])
end
end_turn(KEYS[2], ARGV[2], ARGV[5], ARGV[6])
if stored == 1 then announce(KEYS[3], ARGV[7], ARGV[8], '-', ARGV[9], 0) end
return stored`,
);

/**
 * Ends a turn with nothing to store, and lets everybody rest or load side by side for a while.
 *
 * KEYS data, turn. ARGV head, token, rest ms, channel, member, hit-for-miss ms.
 * Returns 1 if the filling is still there, else 0.
 */
export const END_REFRESH = script(
  FILLING,
  String.raw`
local there = holds(KEYS[1], ARGV[1]) and 1 or 0
end_turn(KEYS[2], ARGV[2], ARGV[4], ARGV[5])
if there == 1 and ARGV[3] ~= '0' then
  redis.call('SET', KEYS[2], '2' .. ARGV[2], 'NX', 'PX', ARGV[3])
elseif there == 1 and ARGV[6] ~= '0' then
  local turn = redis.call('GET', KEYS[2])
  if not turn or string.sub(turn, 1, 2) == '2!' then
    redis.call('SET', KEYS[2], '2!' .. ARGV[1], 'PX', ARGV[6])
  end
end
return there`,
);
