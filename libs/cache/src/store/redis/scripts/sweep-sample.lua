-- Drops the dead among random members of the key index.
--
-- KEYS[1]  key index
-- ARGV[1]  prefix
-- ARGV[2]  size of the sample
-- Returns  {members seen, dropped members}
-- Cost     O(k log n) for k members of an index of n
-- @include is-absent
local members = redis.call('ZRANDMEMBER', KEYS[1], ARGV[2])
local dead = {}
for _, member in ipairs(members) do
  if string.byte(member) ~= 0 and is_absent(ARGV[1] .. member) then dead[#dead + 1] = member end
end
if #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end
return {#members, #dead}
