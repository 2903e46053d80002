-- memory_of(key): the bytes that a key takes, `false` when it is absent, `nil` where the server
-- forbids the question. No other command leaves both the keyspace hits and the eviction order as
-- they are, and the upkeep of the index must not look like use.
local function memory_of(key)
  local used = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '1')
  if type(used) == 'table' then return nil end
  return used
end
