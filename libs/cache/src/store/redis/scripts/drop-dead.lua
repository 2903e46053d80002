-- Drops those of some members of the key index whose keys are gone.
--
-- KEYS[1]   key index
-- KEYS[2..] data keys
-- ARGV[1..] members, in the order of the data keys
-- Returns   how many were dropped
-- Cost      O(k log n) for k members of an index of n
-- @include is-absent
local dead = {}
for i = 2, #KEYS do
  if is_absent(KEYS[i]) then dead[#dead + 1] = ARGV[i - 1] end
end
if #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end
return #dead
