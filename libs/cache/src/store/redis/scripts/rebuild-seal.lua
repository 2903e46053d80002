-- Declares the key index complete.
--
-- KEYS[1]  key index
-- KEYS[2]  a name without a key: a server refuses it while the slot moves, when SCAN finds a part only
-- ARGV[1]  mark of the rebuild
-- ARGV[2]  epoch
-- Returns  1, or 0 if the mark is gone
-- Cost     O(log n)
if not KEYS[2] then return 0 end
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[1], 0, EPOCH_MARK .. ARGV[2])
return 1
