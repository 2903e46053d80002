import { ANNOUNCE_REMOVAL } from './announce-scripts.js';
import { INDEX_ADD, IS_ABSENT, LEASE_HEAD, PUT, script } from './script.js';

/*
 * A lease is a short text in the data key itself:
 *
 *   \x01 | awaited (1) | token (22) | deadline in server milliseconds (13)        = 37 bytes
 *
 * No JSON text begins with \x01, so a reader tells a lease from a value by the first byte. The
 * token answers "was anything invalidated since?", the deadline "may another load?" — two questions,
 * so a load that outlasts its deadline can still be stored. "Awaited" makes the fill announce
 * itself; fills that nobody waits for publish nothing.
 *
 * A deadline below zero is a hit-for-miss marker: the last load yielded nothing to store, and until
 * that many hundredths of a second of the server's time every caller may load, with the token that
 * is there. It is a lease whose deadline is over for processes of a release before the markers.
 */

/** Bytes of a token; `lease_head` and the offsets below count on it. */
export const TOKEN_LENGTH = 22;

/**
 * Takes the key for loading, or says why not.
 *
 * KEYS data, index. ARGV token, lease ms, keep ms, member, replace (0|1), indexed (0|1), prefix,
 * probes.
 * Returns {state, detail}: owned + token, wait + milliseconds, present, foreign.
 */
export const ACQUIRE = script(
  IS_ABSENT,
  INDEX_ADD,
  String.raw`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local deadline = string.format('%013.0f', now + ARGV[2])
local token = ARGV[1]
-- The usual case first: absent. NX because a write does not count as a keyspace miss.
if not redis.call('SET', KEYS[1], '\0010' .. token .. deadline, 'NX', 'PX', ARGV[3]) then
  local flag = '0'
  local marked = false
  local head = redis.pcall('GETRANGE', KEYS[1], 0, 36)
  if type(head) == 'table' then
    if ARGV[5] ~= '1' then return {'foreign', ''} end
  elseif string.byte(head) == 1 then
    local until_ms = tonumber(string.sub(head, 25, 37))
    -- One that ends later than any could comes from a clock that was set back.
    if until_ms and now < until_ms and until_ms <= now + ARGV[2] then
      if string.sub(head, 2, 2) == '0' then redis.pcall('SETRANGE', KEYS[1], 1, '1') end
      return {'wait', string.format('%.0f', until_ms - now)}
    end
    if until_ms then
      -- Take-over: the token is adopted, so that the slow one may still fill as well.
      flag = string.sub(head, 2, 2)
      token = string.sub(head, 3, 24)
      -- Hit-for-miss: all load side by side, and the first value takes the token from the others.
      local marked_ms = -10 * until_ms
      marked = now < marked_ms and marked_ms <= now + ARGV[3]
    end
  elseif ARGV[5] ~= '1' then
    return {'present', ''}
  end
  if marked then redis.call('PEXPIRE', KEYS[1], ARGV[3])
  else redis.call('SET', KEYS[1], '\001' .. flag .. token .. deadline, 'PX', ARGV[3]) end
end
if ARGV[6] == '1' then index_add(KEYS[2], ARGV[4], ARGV[7], ARGV[8]) end
return {'owned', token}`,
);

/**
 * Replaces the lease by the value if the token is still there.
 *
 * KEYS data [, staged value]. ARGV token, ttl ms or '', value or '', channel, member.
 * Returns 1 stored, 0 refused, -1 the staged value is gone.
 */
export const FILL = script(
  LEASE_HEAD,
  PUT,
  String.raw`
local head = lease_head(KEYS[1])
if not head or string.sub(head, 3, 24) ~= ARGV[1] then
  if KEYS[2] then redis.call('UNLINK', KEYS[2]) end
  return 0
end
if not put(KEYS[1], KEYS[2], ARGV[2], ARGV[3]) then return -1 end
if awaited(head) then redis.call('PUBLISH', ARGV[4], ARGV[5]) end
return 1`,
);

/**
 * Lets the next one load at once, keeping the token: another who adopted it may still fill. Leaves a
 * hit-for-miss marker for so many milliseconds, if any; one that is there stays.
 *
 * KEYS data. ARGV token, channel, member, hit-for-miss ms. Returns 1 if the token was there, else 0.
 */
export const RELEASE = script(
  LEASE_HEAD,
  String.raw`
local head = lease_head(KEYS[1])
if not head or string.sub(head, 3, 24) ~= ARGV[1] then return 0 end
if ARGV[4] ~= '0' then
  local time = redis.call('TIME')
  local marked = math.floor((time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4]) / 10)
  redis.pcall('SETRANGE', KEYS[1], 24, string.format('-%012.0f', marked))
elseif string.sub(head, 25, 25) ~= '-' then
  redis.pcall('SETRANGE', KEYS[1], 24, '0000000000000')
end
if awaited(head) then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 1`,
);

/**
 * Stores without a lease, ends any lease on the key, and announces both.
 *
 * KEYS data, index, removals [, staged value]. ARGV ttl ms or '', value or '', channel, member,
 * indexed (0|1), removal channel, what, create, prefix, probes. Returns 1 stored, -1 the staged
 * value is gone.
 */
export const WRITE = script(
  LEASE_HEAD,
  PUT,
  IS_ABSENT,
  INDEX_ADD,
  ANNOUNCE_REMOVAL,
  String.raw`
local head = lease_head(KEYS[1])
if not put(KEYS[1], KEYS[4], ARGV[1], ARGV[2]) then return -1 end
if ARGV[5] == '1' then index_add(KEYS[2], ARGV[4], ARGV[9], ARGV[10]) end
if head and awaited(head) then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
announce(KEYS[3], ARGV[6], ARGV[7], '-', ARGV[8], 0)
return 1`,
);

/** A key's remaining life and text, of one moment. KEYS data. Returns {ttl ms, text}. */
export const READ_WHOLE = script(
  "return {redis.call('PTTL', KEYS[1]), redis.call('GET', KEYS[1])}",
);
