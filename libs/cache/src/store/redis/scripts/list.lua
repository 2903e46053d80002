-- Reads the size and the remaining life of keys.
--
-- KEYS[1..] data keys
-- Returns   {bytes, ttl in milliseconds, …}; bytes is -1 for a key without a value, and what
--           `MEMORY USAGE` says for a key that is no string
-- Cost      O(k) for k keys
-- @include is-lease
local found = {}
for i, key in ipairs(KEYS) do
  local size = redis.pcall('SETRANGE', key, 0, '')
  if type(size) ~= 'number' then
    -- A full server, or no string.
    size = redis.pcall('STRLEN', key)
    if type(size) ~= 'number' then
      size = redis.pcall('MEMORY', 'USAGE', key) or 0
      -- Forbidden: the key is there, and its size is unknown.
      if type(size) ~= 'number' then size = 1 end
    end
  end
  if size == 0 or is_lease(key, size) then size = -1 end
  found[2 * i - 1] = size
  found[2 * i] = redis.call('PTTL', key)
end
return found
