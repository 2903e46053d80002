-- A process's report: its snapshot, counters, journal entries, and what it saw of sampled keys.
-- All of it is bookkeeping that may be lost. It reads only where something is new, because a read
-- shows in the server's keyspace hits.
--
-- KEYS[1]  live processes, by the time of their last report
-- KEYS[2]  snapshots by process
-- KEYS[3]  sums of all processes
-- KEYS[4]  group of history slots of 10 seconds
-- KEYS[5]  group of history slots of 5 minutes
-- KEYS[6]  journal
-- KEYS[7]  fills of sampled keys: when, in tenths of a second, and 21 bits of their lifetime
-- KEYS[8]  state of the board: the sampled share as a power of a half, the journal's length, and when
--          the board was begun
-- ARGV[1]  id of the process
-- ARGV[2]  snapshot
-- ARGV[3]  slot of 10 seconds
-- ARGV[4]  slot of 5 minutes
-- ARGV[5]  number of journal entries that the process knows, or -1
-- ARGV[6]  the process's share, as a power of a half
-- ARGV[7]  number of counters n, of those in history h, of entries e, of fills f and of misses m,
--          joined by commas
-- ARGV[8..] n pairs of name and amount, those in history first; e entries; f pairs of hash and
--          score; m hashes
-- Returns  server milliseconds, the share's power, the journal's length, a score or false for each
--          miss, then the new entries, id and text in turn, the newest first
-- Cost     O(n + e + (f + m) log g) for g fills; O(g) when the share is halved
-- @include server-time
local counts = {}
for count in string.gmatch(ARGV[7], '%d+') do counts[#counts + 1] = tonumber(count) end
local at = 8
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
while true do
  local oldest = redis.call('ZPOPMIN', KEYS[1])
  if tonumber(oldest[2]) >= now - PROCESS_LIFE_MS then
    redis.call('ZADD', KEYS[1], oldest[2], oldest[1])
    break
  end
  redis.call('HDEL', KEYS[2], oldest[1])
end
redis.call('PEXPIRE', KEYS[1], LONG_HISTORY_MS)
redis.call('PEXPIRE', KEYS[2], LONG_HISTORY_MS)
-- The field '' is the number of the others.
local function add(key, name, amount)
  if redis.call('HINCRBY', key, name, amount) ~= tonumber(amount) then return end
  if redis.call('HINCRBY', key, '', 1) > MAX_NAMES then
    redis.call('HDEL', key, name)
    redis.call('HINCRBY', key, '', -1)
  end
end
for i = 1, counts[1] do
  add(KEYS[3], ARGV[at], ARGV[at + 1])
  if i <= counts[2] then
    add(KEYS[4], ARGV[3] .. '\n' .. ARGV[at], ARGV[at + 1])
    add(KEYS[5], ARGV[4] .. '\n' .. ARGV[at], ARGV[at + 1])
  end
  at = at + 2
end
if counts[2] > 0 then
  redis.call('PEXPIRE', KEYS[4], SHORT_HISTORY_MS)
  redis.call('PEXPIRE', KEYS[5], LONG_HISTORY_MS)
end
for _ = 1, counts[3] do
  redis.call('XADD', KEYS[6], 'MAXLEN', JOURNAL_ENTRIES, '*', 'e', ARGV[at])
  at = at + 1
end
local function state(field, by) return tonumber(redis.call('ZINCRBY', KEYS[8], by, field)) end
redis.call('ZADD', KEYS[8], 'NX', string.format('%.0f', now), 'begun')
local length = state('entries', counts[3])
local power = state('power', 0)
local function halve_to(wanted)
  state('power', wanted - power)
  power = wanted
  local most = 2 ^ (32 - power)
  for _, hash in ipairs(redis.call('ZRANGE', KEYS[7], 0, -1)) do
    if tonumber(hash) >= most then redis.call('ZREM', KEYS[7], hash) end
  end
end
if tonumber(ARGV[6]) > power then halve_to(tonumber(ARGV[6])) end
local fills = at
at = at + 2 * counts[4]
local answer = {string.format('%.0f', now), power, length}
for _ = 1, counts[5] do
  answer[#answer + 1] = redis.call('ZADD', KEYS[7], 'XX', 'INCR', 0, ARGV[at])
  at = at + 1
end
for i = fills, fills + 2 * counts[4] - 2, 2 do
  if tonumber(ARGV[i]) < 2 ^ (32 - power) then redis.call('ZADD', KEYS[7], ARGV[i + 1], ARGV[i]) end
end
if counts[4] > 0 and redis.call('ZCARD', KEYS[7]) > MAX_GHOSTS then
  redis.call('ZREMRANGEBYSCORE', KEYS[7], '-inf', (now - GHOST_LIFE_MS - GHOST_EPOCH_MS) / 100 * GHOST_TTL_SPAN)
  while redis.call('ZCARD', KEYS[7]) > MAX_GHOSTS do halve_to(power + 1) end
end
local news = length - tonumber(ARGV[5])
if ARGV[5] ~= '-1' and news > counts[3] then
  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[6], '+', '-', 'COUNT', math.min(news, MAX_NEWS))) do
    answer[#answer + 1] = entry[1]
    answer[#answer + 1] = entry[2][2]
  end
end
return answer
