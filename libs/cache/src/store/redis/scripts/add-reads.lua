-- Adds reads to the most read keys.
--
-- KEYS[1]  keys by their reads
-- ARGV[1..] pairs of a key and its reads
-- Returns  nothing
-- Cost     O(n log k) for n pairs and k keys
for i = 1, #ARGV, 2 do redis.call('ZINCRBY', KEYS[1], ARGV[i + 1], ARGV[i]) end
local more = redis.call('ZCARD', KEYS[1]) - FREQUENT_KEYS
if more > 0 then redis.call('ZPOPMIN', KEYS[1], more) end
redis.call('PEXPIRE', KEYS[1], READS_LIFE_MS)
