-- Removes one key and leaves its index member: for a slot that moves, where the index may be elsewhere.
--
-- KEYS[1]  data key
-- ARGV[1]  channel of the waiters
-- ARGV[2]  index member
-- Returns  1 if it held a value, else 0
-- Cost     O(1)
-- @include unlink-one
local removed = unlink_one(KEYS[1], ARGV[2])
wake(ARGV[1])
return removed
