-- end_lease(key, token, channel, member): ends one's own refresh lease and wakes its waiters.
local function end_lease(key, token, channel, member)
  local lease = redis.call('GET', key)
  if not lease then return end
  if string.sub(lease, 2) == token then redis.call('UNLINK', key) end
  if string.sub(lease, 1, 1) == '1' then redis.call('PUBLISH', channel, member) end
end
