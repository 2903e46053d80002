-- Takes the refresh lease of a value that is still served, or says why not.
--
-- KEYS[1]  data key
-- KEYS[2]  refresh lease
-- ARGV[1]  head of the envelope
-- ARGV[2]  token
-- ARGV[3]  lease, in milliseconds
-- ARGV[4]  0 if a caller waits, 1 to force it, 2 in the background
-- ARGV[5]  what a plain value is put behind, so that it has the head; '' to leave it as it is
-- Returns  {state, milliseconds}: owned, wait, backoff, gone
-- Cost     O(1)
-- @include holds
local there = holds(KEYS[1], ARGV[1])
local plain = false
if not there and ARGV[5] ~= '' then
  -- One more byte than may pass through Lua, so that its length is known.
  local text = redis.pcall('GETRANGE', KEYS[1], 0, CLAIMED_BYTES)
  local mark = type(text) == 'string' and string.byte(text)
  if mark and mark > 2 and #text <= CLAIMED_BYTES then plain = text end
end
if not there and not plain then return {'gone', '0'} end
local function owned()
  if plain then redis.call('SET', KEYS[1], ARGV[5] .. plain, 'KEEPTTL') end
  return {'owned', '0'}
end
if ARGV[4] == '1' or redis.call('SET', KEYS[2], '0' .. ARGV[2], 'NX', 'PX', ARGV[3]) then
  return owned()
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
  return owned()
end
if marker and ARGV[4] == '0' then return owned() end
if in_backoff then return {'backoff', left} end
redis.pcall('SETRANGE', KEYS[2], 0, '1')
return {'wait', left}
