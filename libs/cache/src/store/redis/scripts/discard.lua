-- Removes a value that is still what the caller read. It holds no lease, so no message is published.
--
-- KEYS[1]  data key
-- KEYS[2]  key index
-- ARGV[1]  size in bytes
-- ARGV[2]  first bytes
-- ARGV[3]  last bytes
-- ARGV[4]  index member
-- ARGV[5]  1 if an index is kept, else 0
-- Returns  1 removed, else 0
-- Cost     O(1), O(log n) with an index
local size = redis.pcall('STRLEN', KEYS[1])
if type(size) ~= 'number' or size ~= tonumber(ARGV[1])
  or redis.call('GETRANGE', KEYS[1], 0, #ARGV[2] - 1) ~= ARGV[2]
  or redis.call('GETRANGE', KEYS[1], size - #ARGV[3], -1) ~= ARGV[3] then return 0 end
redis.call('UNLINK', KEYS[1])
if ARGV[5] == '1' then redis.call('ZREM', KEYS[2], ARGV[4]) end
return 1
