-- Replaces a lease by the value if the token is still there.
--
-- KEYS[1]  data key
-- KEYS[2]? staged value
-- ARGV[1]  token
-- ARGV[2]  ttl in milliseconds, or '' for no expiry
-- ARGV[3]  value, or '' if it is staged
-- ARGV[4]  channel of the waiters
-- ARGV[5]  index member
-- Returns  1 stored, 0 refused, -1 the staged value is gone
-- Cost     O(1)
-- @include lease-head
-- @include awaited
-- @include token-of
-- @include put
local head = lease_head(KEYS[1])
if not head or token_of(head) ~= ARGV[1] then
  if KEYS[2] then redis.call('UNLINK', KEYS[2]) end
  return 0
end
if not put(KEYS[1], KEYS[2], ARGV[2], ARGV[3]) then return -1 end
if awaited(head) then redis.call('PUBLISH', ARGV[4], ARGV[5]) end
return 1
