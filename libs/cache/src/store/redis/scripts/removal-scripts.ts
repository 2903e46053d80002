import { ANNOUNCE_REMOVAL } from './announce-scripts.js';
import { LEASE_HEAD, script } from './script.js';

/*
 * Removal needs no memory and writes nothing but deletions, keys before index members, so that a
 * full server (`noeviction`) can still be invalidated. A value counts, a lease alone does not: what
 * matters about a lease is that whoever holds it can no longer fill.
 */

const UNLINK_ONE = String.raw`
local woken = {}
local function unlink_one(key, member)
  local head = lease_head(key)
  if redis.call('UNLINK', key) == 0 then return 0 end
  if not head then return 1 end
  if awaited(head) then woken[#woken + 1] = member end
  return 0
end
local function wake(channel)
  for _, member in ipairs(woken) do redis.call('PUBLISH', channel, member) end
end`;

/**
 * Removes keys by name, and announces that to whoever may hold copies unless `what` is empty.
 *
 * KEYS index, removals, data… ARGV channel, indexed (0|1), removal channel, what, ask, create,
 * bound ms, members… Returns {count, what `announce` returns}.
 */
export const REMOVE = script(
  LEASE_HEAD,
  UNLINK_ONE,
  ANNOUNCE_REMOVAL,
  String.raw`
local removed = 0
for i = 3, #KEYS do removed = removed + unlink_one(KEYS[i], ARGV[i + 5]) end
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], unpack(ARGV, 8)) end
wake(ARGV[1])
if ARGV[4] == '' then return {removed, {}} end
return {removed, announce(KEYS[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7]))}`,
);

/**
 * Removes a value that still is what the caller read. It holds no lease, so nobody is told.
 *
 * KEYS data, index. ARGV bytes, head, tail, member, indexed (0|1). Returns 1 removed, else 0.
 */
export const DISCARD = script(String.raw`
local size = redis.pcall('STRLEN', KEYS[1])
if type(size) ~= 'number' or size ~= tonumber(ARGV[1])
  or redis.call('GETRANGE', KEYS[1], 0, #ARGV[2] - 1) ~= ARGV[2]
  or redis.call('GETRANGE', KEYS[1], size - #ARGV[3], -1) ~= ARGV[3] then return 0 end
redis.call('UNLINK', KEYS[1])
if ARGV[5] == '1' then redis.call('ZREM', KEYS[2], ARGV[4]) end
return 1`);

/**
 * Removes one page of an index range. The last page announces the whole removal: before it, somebody
 * could still copy what is about to go. It is told by what was asked for, not by what was found,
 * because a copy may be all that is left of a key.
 *
 * KEYS index, removals. ARGV prefix, lexicographic min and max, page size, channel, removal
 * channel, what, ask, create, bound ms.
 * Returns {epoch or '', removed, members on this page, last member, what `announce` returns}.
 */
export const REMOVE_RANGE = script(
  LEASE_HEAD,
  UNLINK_ONE,
  ANNOUNCE_REMOVAL,
  String.raw`
local function told()
  if ARGV[7] == '' then return {} end
  return announce(KEYS[2], ARGV[6], ARGV[7], ARGV[8], ARGV[9], tonumber(ARGV[10]))
end
local epoch = redis.call('ZRANGEBYLEX', KEYS[1], '[\000s', '(\000t', 'LIMIT', 0, 1)[1] or ''
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
if #members == 0 then
  redis.call('ZREM', KEYS[1], '')
  return {epoch, 0, 0, '', told()}
end
local removed = 0
for _, member in ipairs(members) do removed = removed + unlink_one(ARGV[1] .. member, member) end
redis.call('ZREM', KEYS[1], unpack(members))
wake(ARGV[5])
local answer = {}
if #members < tonumber(ARGV[4]) then answer = told() end
return {epoch, removed, #members, members[#members], answer}`,
);
