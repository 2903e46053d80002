-- Drops the dead members of one page of the key index.
--
-- KEYS[1]  key index
-- ARGV[1]  prefix
-- ARGV[2]  lower end of the page, lexicographic
-- ARGV[3]  page size
-- Returns  {members on this page, dropped members, last member}
-- Cost     O(k log n) for k members of an index of n
-- @include is-absent
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], '+', 'LIMIT', 0, ARGV[3])
local dead = {}
for _, member in ipairs(members) do
  if is_absent(ARGV[1] .. member) then dead[#dead + 1] = member end
end
if #dead > 0 then redis.call('ZREM', KEYS[1], unpack(dead)) end
return {#members, #dead, members[#members] or ''}
