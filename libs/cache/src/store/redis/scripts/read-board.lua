-- What all processes have reported.
--
-- KEYS[1]  live processes, by the time of their last report
-- KEYS[2]  snapshots by process
-- KEYS[3]  sums of all processes
-- KEYS[4]  namespaces in packed slots of history
-- KEYS[5..] for each range the slot that is being filled and the packed ones
-- ARGV[1..] for each range the numbers of its first and last slot, and how many are kept
-- Returns  server milliseconds, snapshots, fields of the sums, namespaces, then for each range the
--          slot that is being filled, as names and counts in turn, and the packed ones
-- Cost     O(n) for n snapshots, fields and slots
-- @include server-time
local snapshots = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now - PROCESS_LIFE_MS, '+inf')) do
  snapshots[#snapshots + 1] = redis.call('HGET', KEYS[2], id)
end
local names = #KEYS > 4 and redis.call('ZRANGE', KEYS[4], 0, -1) or {}
local answer = {string.format('%.0f', now), snapshots, redis.call('HGETALL', KEYS[3]), names}
for i = 5, #KEYS, 2 do
  local range = (i - 5) / 2 * 3
  local packed = {}
  for number = tonumber(ARGV[range + 1]), tonumber(ARGV[range + 2]) do
    local text = redis.call('HGET', KEYS[i + 1], number % ARGV[range + 3])
    if text then packed[#packed + 1] = text end
  end
  answer[#answer + 1] = redis.call('ZRANGE', KEYS[i], 0, -1, 'WITHSCORES')
  answer[#answer + 1] = packed
end
return answer
