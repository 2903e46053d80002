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
local function announce(channel)
  for _, member in ipairs(woken) do redis.call('PUBLISH', channel, member) end
end`;

/**
 * Removes keys by name. KEYS index, data… ARGV channel, indexed (0|1), members… Returns the count.
 */
export const REMOVE = script(
  LEASE_HEAD,
  UNLINK_ONE,
  String.raw`
local removed = 0
for i = 2, #KEYS do removed = removed + unlink_one(KEYS[i], ARGV[i + 1]) end
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], unpack(ARGV, 3)) end
announce(ARGV[1])
return removed`,
);

/**
 * Removes one page of an index range.
 *
 * KEYS index. ARGV prefix, lexicographic min and max, page size, channel.
 * Returns {epoch or '', removed, members on this page, last member}.
 */
export const REMOVE_RANGE = script(
  LEASE_HEAD,
  UNLINK_ONE,
  String.raw`
local epoch = redis.call('ZRANGEBYLEX', KEYS[1], '[\000s', '(\000t', 'LIMIT', 0, 1)[1] or ''
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
if #members == 0 then return {epoch, 0, 0, ''} end
local removed = 0
for _, member in ipairs(members) do removed = removed + unlink_one(ARGV[1] .. member, member) end
redis.call('ZREM', KEYS[1], unpack(members))
announce(ARGV[5])
return {epoch, removed, #members, members[#members]}`,
);
