-- is_lease(key, size): whether a key of this size holds a lease and no value.
local function is_lease(key, size)
  return size == LEASE_LENGTH and redis.call('GETRANGE', key, 0, 0) == LEASE_MARK
end
