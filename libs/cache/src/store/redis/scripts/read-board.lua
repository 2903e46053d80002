-- What all processes have reported.
--
-- KEYS[1]  live processes, by the time of their last report
-- KEYS[2]  snapshots by process
-- KEYS[3]  sums of all processes
-- KEYS[4..] groups of history slots
-- ARGV[1]  how many groups
-- Returns  server milliseconds, snapshots, fields of the sums, then those of each group
-- Cost     O(n) for n snapshots and fields
-- @include server-time
local snapshots = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now - PROCESS_LIFE_MS, '+inf')) do
  snapshots[#snapshots + 1] = redis.call('HGET', KEYS[2], id)
end
local answer = {string.format('%.0f', now), snapshots, redis.call('HGETALL', KEYS[3])}
for i = 1, tonumber(ARGV[1]) do answer[#answer + 1] = redis.call('HGETALL', KEYS[3 + i]) end
return answer
