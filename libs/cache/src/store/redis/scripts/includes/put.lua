-- put(key, staged, ttl, value): stores a value for `ttl` milliseconds, or without expiry for ''.
-- Returns `false` when the value should come from the key `staged` and that is gone.
--
-- A large value is staged by a plain SET before the script and renamed here: a megabyte that passes
-- through Lua blocks the server for milliseconds.
local function put(key, staged, ttl, value)
  if staged then
    local kept
    if ttl == '' then kept = redis.call('PERSIST', staged)
    else kept = redis.call('PEXPIRE', staged, ttl) end
    if kept == 0 then return false end
    redis.call('RENAME', staged, key)
  elseif ttl == '' then
    redis.call('SET', key, value)
  else
    redis.call('SET', key, value, 'PX', ttl)
  end
  return true
end
