-- Replaces an envelope by the next one if it is still there, ends the refresh lease, and publishes
-- the replacement to the processes that keep copies.
--
-- KEYS[1]  data key
-- KEYS[2]  refresh lease
-- KEYS[3]  state of the invalidation stream
-- KEYS[4]? staged value
-- ARGV[1]  head of the envelope
-- ARGV[2]  token
-- ARGV[3]  ttl in milliseconds, or '' for no expiry
-- ARGV[4]  value, or '' if it is staged
-- ARGV[5]  channel of the waiters
-- ARGV[6]  index member
-- ARGV[7]  channel of the invalidation stream
-- ARGV[8]  what is invalidated: the encoded selection
-- ARGV[9]  1 to create the sequence if there is none, else 0
-- Returns  1 stored, 0 refused, -1 the staged value is gone
-- Cost     O(1)
-- @include holds
-- @include end-lease
-- @include put
-- @include announce
local stored = 0
if holds(KEYS[1], ARGV[1]) then
  if not put(KEYS[1], KEYS[4], ARGV[3], ARGV[4]) then return -1 end
  stored = 1
elseif KEYS[4] then
  redis.call('UNLINK', KEYS[4])
end
end_lease(KEYS[2], ARGV[2], ARGV[5], ARGV[6])
if stored == 1 then announce(KEYS[3], ARGV[7], ARGV[8], '-', ARGV[9], 0) end
return stored
