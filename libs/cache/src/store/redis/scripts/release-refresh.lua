-- Ends a refresh lease with nothing to store. For a while, the key is in backoff, or its callers
-- load side by side (hit-for-miss).
--
-- KEYS[1]  data key
-- KEYS[2]  refresh lease
-- ARGV[1]  head of the envelope
-- ARGV[2]  token
-- ARGV[3]  backoff in milliseconds, or 0
-- ARGV[4]  channel of the waiters
-- ARGV[5]  index member
-- ARGV[6]  hit-for-miss in milliseconds, or 0
-- Returns  1 if the envelope is still there, else 0
-- Cost     O(1)
-- @include holds
-- @include end-lease
local there = holds(KEYS[1], ARGV[1]) and 1 or 0
end_lease(KEYS[2], ARGV[2], ARGV[4], ARGV[5])
if there == 1 and ARGV[3] ~= '0' then
  redis.call('SET', KEYS[2], '2' .. ARGV[2], 'NX', 'PX', ARGV[3])
elseif there == 1 and ARGV[6] ~= '0' then
  local lease = redis.call('GET', KEYS[2])
  if not lease or string.sub(lease, 1, 2) == '2!' then
    redis.call('SET', KEYS[2], '2!' .. ARGV[1], 'PX', ARGV[6])
  end
end
return there
