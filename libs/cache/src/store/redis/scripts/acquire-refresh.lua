-- Takes the refresh lease of a value that is still served, or says why not.
--
-- KEYS[1]  data key
-- KEYS[2]  refresh lease
-- ARGV[1]  head of the envelope
-- ARGV[2]  token
-- ARGV[3]  lease, in milliseconds
-- ARGV[4]  0 if a caller waits, 1 to force it, 2 in the background
-- Returns  {state, milliseconds}: owned, wait, backoff, gone
-- Cost     O(1)
-- @include holds
if not holds(KEYS[1], ARGV[1]) then return {'gone', '0'} end
if ARGV[4] == '1' or redis.call('SET', KEYS[2], '0' .. ARGV[2], 'NX', 'PX', ARGV[3]) then
  return {'owned', '0'}
end
local left_ms = redis.call('PTTL', KEYS[2])
local left = string.format('%.0f', math.max(1, left_ms))
local lease = redis.call('GET', KEYS[2])
local in_backoff = string.sub(lease, 1, 1) == '2'
local marker = string.sub(lease, 1, 2) == '2!'
local longest = in_backoff and MAX_REFRESH_BACKOFF_MS or tonumber(ARGV[3])
-- Void: a marker for another envelope, and what ends later than any lease could, because it was
-- written before the clock was set back.
if marker and string.sub(lease, 3) ~= ARGV[1] or left_ms < 0 or left_ms > longest then
  redis.call('SET', KEYS[2], '0' .. ARGV[2], 'PX', ARGV[3])
  return {'owned', '0'}
end
if marker and ARGV[4] == '0' then return {'owned', '0'} end
if in_backoff then return {'backoff', left} end
redis.pcall('SETRANGE', KEYS[2], 0, '1')
return {'wait', left}
