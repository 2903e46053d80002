import { IS_ABSENT, script } from './script.js';

/*
 * The key index is one sorted set, all scores 0, so that members sort as bytes. Members beginning
 * with NUL are its own: `\0s<epoch>` says that it is complete, `\0r<milliseconds><nonce>` that
 * somebody is rebuilding it. If the set is lost (evicted, flushed), both are lost with it.
 */

/**
 * Starts a rebuild unless the index is complete or another rebuild is young.
 *
 * KEYS index. ARGV nonce, milliseconds after which a mark is old. Returns the mark, or ''.
 */
export const REBUILD_BEGIN = script(String.raw`
if #redis.call('ZRANGEBYLEX', KEYS[1], '[\000s', '(\000t', 'LIMIT', 0, 1) > 0 then return '' end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, mark in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], '[\000r', '(\000s')) do
  local since = tonumber(string.sub(mark, 3, 15))
  -- One of later than now comes from a clock that was set back.
  if since and since <= now and now - since < tonumber(ARGV[2]) then return '' end
  redis.call('ZREM', KEYS[1], mark)
end
local mark = '\000r' .. string.format('%013.0f', now) .. ARGV[1]
redis.call('ZADD', KEYS[1], 0, mark)
return mark`);

/** Adds found keys. KEYS index. ARGV mark, members… Returns 0 if the mark is gone. */
export const REBUILD_ADD = script(String.raw`
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 0, ARGV[i]) end
return 1`);

/** Declares the index complete. KEYS index. ARGV mark, epoch. Returns 0 if the mark is gone. */
export const REBUILD_SEAL = script(String.raw`
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[1], 0, '\000s' .. ARGV[2])
return 1`);

/**
 * Drops dead members of one page.
 *
 * KEYS index. ARGV prefix, lexicographic min, page size. Returns {members, dropped, last}.
 */
export const SWEEP = script(
  IS_ABSENT,
  String.raw`
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3])
local dead = {}
for _, member in ipairs(members) do
  if is_absent(ARGV[1] .. member) then dead[#dead + 1] = member end
end
if #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end
return {#members, #dead, members[#members] or ''}`,
);

/** Drops the dead among random members. KEYS index. ARGV prefix, how many. Returns {seen, dropped}. */
export const SWEEP_SAMPLE = script(
  IS_ABSENT,
  String.raw`
local members = redis.call('ZRANDMEMBER', KEYS[1], ARGV[2])
local dead = {}
for _, member in ipairs(members) do
  if string.byte(member) ~= 0 and is_absent(ARGV[1] .. member) then dead[#dead + 1] = member end
end
if #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end
return {#members, #dead}`,
);

/**
 * Size and remaining life of keys. KEYS data… Returns {bytes, ttl ms, …}; bytes is -1 for a key
 * that holds no value, and what `MEMORY USAGE` says for one that is no string.
 */
export const LIST = script(String.raw`
local found = {}
for i, key in ipairs(KEYS) do
  local size = redis.pcall('SETRANGE', key, 0, '')
  if type(size) ~= 'number' then
    -- A full server, or no string at all.
    size = redis.pcall('STRLEN', key)
    if type(size) ~= 'number' then 
      size = redis.pcall('MEMORY', 'USAGE', key) or 0
      -- Forbidden: it is there, and nobody says how large.
      if type(size) ~= 'number' then size = 1 end
    end
  end
  if size == 0 or (size == 37 and redis.call('GETRANGE', key, 0, 0) == '\001') then size = -1 end
  found[2 * i - 1] = size
  found[2 * i] = redis.call('PTTL', key)
end
return found`);

/**
 * How many of the keys hold a value. KEYS data… Only what is as small as a lease is looked at, which
 * renews its place in the order of eviction where the server knows no `CLIENT NO-TOUCH`.
 */
export const COUNT = script(
  IS_ABSENT,
  String.raw`
local live = 0
for _, key in ipairs(KEYS) do
  local used = memory_of(key)
  if used == nil or used and used <= 160 + 1.25 * #key then
    local size = redis.pcall('SETRANGE', key, 0, '')
    local lease = size == 37 and redis.call('GETRANGE', key, 0, 0) == '\001'
    used = size ~= 0 and not lease
  end
  if used then live = live + 1 end
end
return live`,
);
