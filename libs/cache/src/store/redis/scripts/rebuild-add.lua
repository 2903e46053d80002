-- Adds the keys that a rebuild found to the key index.
--
-- KEYS[1]   key index
-- ARGV[1]   mark of the rebuild
-- ARGV[2..] members
-- Returns   1, or 0 if the mark is gone
-- Cost      O(k log n) for k members
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 0, ARGV[i]) end
return 1
