-- Stores a value without a lease, ends any lease on the key, and publishes both.
--
-- KEYS[1]  data key
-- KEYS[2]  key index
-- KEYS[3]  state of the invalidation stream
-- KEYS[4]? staged value
-- ARGV[1]  ttl in milliseconds, or '' for no expiry
-- ARGV[2]  value, or '' if it is staged
-- ARGV[3]  channel of the waiters
-- ARGV[4]  index member
-- ARGV[5]  1 if an index is kept, else 0
-- ARGV[6]  channel of the invalidation stream
-- ARGV[7]  what is invalidated: the encoded selection
-- ARGV[8]  1 to create the sequence if there is none, else 0
-- ARGV[9]  prefix
-- ARGV[10] probes of the index
-- Returns  1 stored, -1 the staged value is gone
-- Cost     O(1), or O(log n) and the probes for a key that is new in the index
-- @include lease-head
-- @include awaited
-- @include put
-- @include index-add
-- @include announce
local head = lease_head(KEYS[1])
if not put(KEYS[1], KEYS[4], ARGV[1], ARGV[2]) then return -1 end
if ARGV[5] == '1' then index_add(KEYS[2], ARGV[4], ARGV[9], ARGV[10]) end
if head and awaited(head) then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
announce(KEYS[3], ARGV[6], ARGV[7], '-', ARGV[8], 0)
return 1
