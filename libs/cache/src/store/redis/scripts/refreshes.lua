-- Who refreshes frequent keys: the holder, as long as it comes again in time. It writes only, because a
-- read shows in the server's keyspace hits.
--
-- KEYS[1]  the holder, by the end of its time
-- ARGV[1]  id of the process
-- ARGV[2]  lease, in milliseconds
-- Returns  1 if this process is the holder, else 0
-- Cost     O(1)
-- @include server-time
local held = redis.call('ZPOPMIN', KEYS[1])
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > now then
  redis.call('ZADD', KEYS[1], held[2], held[1])
  return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
