-- A process's report: its counters, journal entries, and what it saw of sampled keys.
-- All of it is bookkeeping that may be lost. Without misses, it reads only where something is new,
-- because a read shows in the server's keyspace hits; and it has few calls, which are what it costs. The
-- snapshot is written beside it: a long text costs a script thrice what it costs a command.
--
-- KEYS[1]  live processes, by the time of their last report
-- KEYS[2]  snapshots by process
-- KEYS[3]  the slot of 10 seconds that is being filled: its number for '', and what each process
--          counted in it, as JSON of pairs of counter and count by namespace
-- KEYS[4]  packed slots of 10 seconds, by number modulo how many are kept
-- KEYS[5]  the slot of 5 minutes that is being filled: its number for '', and JSON of pairs by namespace
-- KEYS[6]  packed slots of 5 minutes
-- KEYS[7]  sums of all slots of 10 seconds that have ended: JSON of pairs by namespace
-- KEYS[8]  namespaces in packed slots, by when they were last packed
-- KEYS[9]  journal
-- KEYS[10] fills of sampled keys: when, in tenths of a second, and 21 bits of their lifetime
-- KEYS[11] state of the board: the sampled share as a power of a half, the journal's length and the
--          mean of its latest entries' lengths, and when the board was begun
-- ARGV[1]  id of the process
-- ARGV[2]  number of journal entries that the process knows, or -1
-- ARGV[3]  the process's share, as a power of a half
-- ARGV[4]  number of entries e, of fills f and of misses m, joined by commas
-- ARGV[5]  the slot of 10 seconds in which the process has counted last
-- ARGV[6]  its field of that slot
-- ARGV[7]  what it counted since its last report; '' for nothing
-- ARGV[8]  what it counted in that slot, with that
-- ARGV[9..] e entries; f pairs of score and hash; m hashes
-- Returns  server milliseconds, the present slot, 1 if that has only what was counted since the last
--          report, the share's power, the journal's length, a score or false for each miss, then the new
--          entries, id and text in turn, the newest first
-- Cost     O(e + (f + m) log g) for g fills; O(g) when the share is halved, and O(c) when a slot is
--          packed that has c counters of all processes
-- @include server-time
-- @include begin-slot
local counts = {}
for count in string.gmatch(ARGV[4], '%d+') do counts[#counts + 1] = tonumber(count) end
local at = 9
if redis.call('ZADD', KEYS[1], now, ARGV[1]) == 1 then forget_ended() end
local function state(field, by) return tonumber(redis.call('ZINCRBY', KEYS[11], by, field)) end
local length = state('entries', counts[1])
local most = 2 * JOURNAL_ENTRIES
-- A journal that is a little too long is not trimmed at each entry.
if length % TRIM_EVERY < counts[1] then
  local mean, bytes = state('bytes', 0), 0
  for i = at, at + counts[1] - 1 do bytes = bytes + #ARGV[i] end
  local latest = bytes / counts[1]
  -- Of about the last thousand.
  mean = state('bytes', mean == 0 and latest or (latest - mean) * math.max(TRIM_EVERY, counts[1]) / 1000)
  most = math.floor(math.min(JOURNAL_ENTRIES, JOURNAL_BYTES / mean))
end
for _ = 1, counts[1] do
  redis.call('XADD', KEYS[9], 'MAXLEN', most, '*', 'e', ARGV[at])
  at = at + 1
end
if length == counts[1] then
  redis.call('ZADD', KEYS[11], 'NX', string.format('%.0f', now), 'begun')
end
local power = tonumber(ARGV[3])
local scores = {}
if counts[2] + counts[3] > 0 then
  power = state('power', 0)
  local function halve_to(wanted)
    state('power', wanted - power)
    power = wanted
    local most = 2 ^ (32 - power)
    for _, hash in ipairs(redis.call('ZRANGE', KEYS[10], 0, -1)) do
      if tonumber(hash) >= most then redis.call('ZREM', KEYS[10], hash) end
    end
  end
  if tonumber(ARGV[3]) > power then halve_to(tonumber(ARGV[3])) end
  local misses = at + 2 * counts[2]
  if counts[3] > 0 then
    scores = redis.call('ZMSCORE', KEYS[10], unpack(ARGV, misses, misses + counts[3] - 1))
  end
  local fills = {}
  for i = at, misses - 2, 2 do
    if tonumber(ARGV[i + 1]) < 2 ^ (32 - power) then
      fills[#fills + 1] = ARGV[i]
      fills[#fills + 1] = ARGV[i + 1]
    end
  end
  if #fills > 0 and redis.call('ZADD', KEYS[10], unpack(fills)) > 0 and redis.call('ZCARD', KEYS[10]) > MAX_GHOSTS then
    redis.call('ZREMRANGEBYSCORE', KEYS[10], '-inf', (now - GHOST_LIFE_MS - GHOST_EPOCH_MS) / 100 * GHOST_TTL_SPAN)
    while redis.call('ZCARD', KEYS[10]) > MAX_GHOSTS do halve_to(power + 1) end
  end
end
local news = {}
local missed = length - tonumber(ARGV[2])
if ARGV[2] ~= '-1' and missed > counts[1] then
  news = redis.call('XREVRANGE', KEYS[9], '+', '-', 'COUNT', math.min(missed, MAX_NEWS))
end
-- The last, as what fails before it is reported once more.
local claimed = tonumber(ARGV[5])
local slot, anew = claimed, 0
if ARGV[7] ~= '' then
  slot = begin_slot(claimed, math.floor(now / SHORT_SLOT_MS))
  local function count(text) return redis.call('HSET', KEYS[3], '', slot, ARGV[6], text) end
  if slot ~= claimed or count(ARGV[8]) > 0 then
    -- Nothing of the process is in the slot, or the server has forgotten it.
    count(ARGV[7])
    anew = 1
  end
end
local answer = {string.format('%.0f', now), slot, anew, power, length}
for _, score in ipairs(scores) do answer[#answer + 1] = score end
for _, entry in ipairs(news) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
end
return answer
