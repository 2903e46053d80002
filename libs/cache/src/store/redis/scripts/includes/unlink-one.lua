-- unlink_one(key, member): removes a key; 1 if it held a value, 0 if it held a lease or nothing.
-- wake(channel): publishes to the waiters of the leases that were removed.
--
-- Removals need no memory and write nothing but deletions, keys before index members, so that a
-- full server (`noeviction`) can still be invalidated. A lease does not count as removed: what
-- matters is that its holder can no longer fill.
-- @include lease-head
-- @include awaited
local woken = {}
local function unlink_one(key, member)
  local head = lease_head(key)
  if redis.call('UNLINK', key) == 0 then return 0 end
  if not head then return 1 end
  if awaited(head) then woken[#woken + 1] = member end
  return 0
end
local function wake(channel)
  for _, member in ipairs(woken) do redis.call('PUBLISH', channel, member) end
end
