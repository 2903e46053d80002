-- Counts the keys that hold a value. Only what is as small as a lease is read, which renews its
-- place in the eviction order where the server knows no `CLIENT NO-TOUCH`.
--
-- KEYS[1..] data keys
-- Returns   how many hold a value
-- Cost      O(k) for k keys
-- @include memory-of
-- @include is-lease
local live = 0
for _, key in ipairs(KEYS) do
  local used = memory_of(key)
  if used == nil or used and used <= 160 + 1.25 * #key then
    local size = redis.pcall('SETRANGE', key, 0, '')
    used = size ~= 0 and not is_lease(key, size)
  end
  if used then live = live + 1 end
end
return live
