-- is_absent(key): whether the key is gone. Where the server forbids `MEMORY USAGE`, it asks by
-- `SETRANGE` of nothing, which renews the key's place in the eviction order.
-- @include memory-of
local function is_absent(key)
  local used = memory_of(key)
  if used == nil then return redis.pcall('SETRANGE', key, 0, '') == 0 end
  return not used
end
