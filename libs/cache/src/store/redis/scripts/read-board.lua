-- What all processes have reported.
--
-- KEYS[1]  live processes, by the time of their last report
-- KEYS[2]  snapshots by process
-- KEYS[3]  sums of the slots that have ended
-- KEYS[4]  the slot of 10 seconds that is being filled
-- KEYS[5]  the slot of 5 minutes that is being filled
-- KEYS[6]  namespaces in packed slots of history
-- KEYS[7..] for each range the packed slots
-- ARGV[1..] for each range the numbers of its first and last slot, and how many are kept
-- Returns  server milliseconds, snapshots, fields of the sums and of the slot of 10 seconds; with a range
--          also those of the slot of 5 minutes, namespaces, then for each range its packed slots
-- Cost     O(n) for n snapshots, fields and slots
-- @include server-time
local snapshots = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now - PROCESS_LIFE_MS, '+inf')) do
  snapshots[#snapshots + 1] = redis.call('HGET', KEYS[2], id)
end
local answer = {string.format('%.0f', now), snapshots, redis.call('HGETALL', KEYS[3]), redis.call('HGETALL', KEYS[4])}
if #KEYS > 6 then
  answer[5] = redis.call('HGETALL', KEYS[5])
  answer[6] = redis.call('ZRANGE', KEYS[6], 0, -1)
end
for i = 7, #KEYS do
  local range = (i - 7) * 3
  local packed = {}
  for number = tonumber(ARGV[range + 1]), tonumber(ARGV[range + 2]) do
    local text = redis.call('HGET', KEYS[i], number % ARGV[range + 3])
    if text then packed[#packed + 1] = text end
  end
  answer[i] = packed
end
return answer
