-- Declares the key index complete.
--
-- KEYS[1]  key index
-- ARGV[1]  mark of the rebuild
-- ARGV[2]  epoch
-- Returns  1, or 0 if the mark is gone
-- Cost     O(log n)
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[1], 0, EPOCH_MARK .. ARGV[2])
return 1
