-- A process's report: its snapshot, counters, journal entries, and what it saw of sampled keys.
-- All of it is bookkeeping that may be lost. It reads only where something is new, because a read
-- shows in the server's keyspace hits.
--
-- KEYS[1]  live processes, by the time of their last report
-- KEYS[2]  snapshots by process
-- KEYS[3]  sums of all processes
-- KEYS[4]  the slot of 10 seconds that is being filled: its number for '', how many counters it has
--          for a line feed, and the counters
-- KEYS[5]  packed slots of 10 seconds, by number modulo how many are kept
-- KEYS[6]  the slot of 5 minutes that is being filled
-- KEYS[7]  packed slots of 5 minutes
-- KEYS[8]  namespaces in packed slots, by when they were last packed
-- KEYS[9]  journal
-- KEYS[10] fills of sampled keys: when, in tenths of a second, and 21 bits of their lifetime
-- KEYS[11] state of the board: the sampled share as a power of a half, the journal's length and the
--          mean of its latest entries' lengths, and when the board was begun
-- ARGV[1]  id of the process
-- ARGV[2]  snapshot
-- ARGV[3]  number of journal entries that the process knows, or -1
-- ARGV[4]  the process's share, as a power of a half
-- ARGV[5]  number of counters n, of those in history h, of entries e, of fills f and of misses m,
--          joined by commas
-- ARGV[6..] n pairs of name and amount, those in history first; e entries; f pairs of hash and
--          score; m hashes
-- Returns  server milliseconds, the share's power, the journal's length, a score or false for each
--          miss, then the new entries, id and text in turn, the newest first
-- Cost     O(n + e + (f + m) log g) for g fills; O(g) when the share is halved, and O(h log h) when a
--          slot is packed
-- @include server-time
-- @include pack-slot
local counts = {}
for count in string.gmatch(ARGV[5], '%d+') do counts[#counts + 1] = tonumber(count) end
local at = 6
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
    redis.call('HINCRBY', key, '(other)' .. string.match(name, '\n[^\n]*$'), amount)
  end
end
-- Packs the slot that has ended, and begins the present one.
local function turn(live, packed, slot_ms, slots)
  local number = math.floor(now / slot_ms)
  local begun = tonumber(redis.call('ZADD', live, 'XX', 'INCR', 0, '') or nil)
  -- A clock that is set back by a moment begins no slot anew.
  if begun == number or begun == number + 1 then return end
  if begun then
    local counts = redis.call('ZPOPMIN', live, 2 * MAX_LIVE)
    redis.call('HSET', packed, begun % slots, pack_slot(begun, counts, KEYS[8]))
  end
  redis.call('ZADD', live, number, '')
end
local function add_live(live, name, amount)
  if tonumber(redis.call('ZINCRBY', live, amount, name)) ~= tonumber(amount) then return end
  if tonumber(redis.call('ZINCRBY', live, 1, '\n')) > MAX_LIVE then
    redis.call('ZREM', live, name)
    redis.call('ZINCRBY', live, -1, '\n')
    redis.call('ZINCRBY', live, amount, '(other)' .. string.match(name, '\n[^\n]*$'))
  end
end
if counts[2] > 0 then
  turn(KEYS[4], KEYS[5], SHORT_SLOT_MS, SHORT_SLOTS)
  turn(KEYS[6], KEYS[7], LONG_SLOT_MS, LONG_SLOTS)
end
for i = 1, counts[1] do
  add(KEYS[3], ARGV[at], ARGV[at + 1])
  if i <= counts[2] then
    add_live(KEYS[4], ARGV[at], ARGV[at + 1])
    add_live(KEYS[6], ARGV[at], ARGV[at + 1])
  end
  at = at + 2
end
if counts[2] > 0 then
  for _, key in ipairs({KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8]}) do
    redis.call('PEXPIRE', key, LONG_HISTORY_MS)
  end
end
local function state(field, by) return tonumber(redis.call('ZINCRBY', KEYS[11], by, field)) end
for _ = 1, counts[3] do
  -- Of about the last thousand.
  local mean = state('bytes', 0)
  mean = state('bytes', (#ARGV[at] - mean) / (mean == 0 and 1 or 1000))
  local most = math.floor(math.min(JOURNAL_ENTRIES, JOURNAL_BYTES / mean))
  redis.call('XADD', KEYS[9], 'MAXLEN', most, '*', 'e', ARGV[at])
  at = at + 1
end
redis.call('ZADD', KEYS[11], 'NX', string.format('%.0f', now), 'begun')
local length = state('entries', counts[3])
local power = state('power', 0)
local function halve_to(wanted)
  state('power', wanted - power)
  power = wanted
  local most = 2 ^ (32 - power)
  for _, hash in ipairs(redis.call('ZRANGE', KEYS[10], 0, -1)) do
    if tonumber(hash) >= most then redis.call('ZREM', KEYS[10], hash) end
  end
end
if tonumber(ARGV[4]) > power then halve_to(tonumber(ARGV[4])) end
local fills = at
at = at + 2 * counts[4]
local answer = {string.format('%.0f', now), power, length}
for _ = 1, counts[5] do
  answer[#answer + 1] = redis.call('ZADD', KEYS[10], 'XX', 'INCR', 0, ARGV[at])
  at = at + 1
end
for i = fills, fills + 2 * counts[4] - 2, 2 do
  if tonumber(ARGV[i]) < 2 ^ (32 - power) then redis.call('ZADD', KEYS[10], ARGV[i + 1], ARGV[i]) end
end
if counts[4] > 0 and redis.call('ZCARD', KEYS[10]) > MAX_GHOSTS then
  redis.call('ZREMRANGEBYSCORE', KEYS[10], '-inf', (now - GHOST_LIFE_MS - GHOST_EPOCH_MS) / 100 * GHOST_TTL_SPAN)
  while redis.call('ZCARD', KEYS[10]) > MAX_GHOSTS do halve_to(power + 1) end
end
local news = length - tonumber(ARGV[3])
if ARGV[3] ~= '-1' and news > counts[3] then
  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[9], '+', '-', 'COUNT', math.min(news, MAX_NEWS))) do
    answer[#answer + 1] = entry[1]
    answer[#answer + 1] = entry[2][2]
  end
end
return answer
