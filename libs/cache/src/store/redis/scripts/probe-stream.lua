-- Reads the sequence of the invalidation stream, and notes in the same step that this process did.
--
-- KEYS[1]  state of the invalidation stream
-- ARGV[1]  process
-- ARGV[2]  channel of the invalidation stream
-- Returns  the sequence
-- Cost     O(log p) for p processes with copies
-- @include announce
-- A process that has not probed for so long is struck off the list.
local PROCESS_EXPIRY_MS = 60000
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, string.format('%.0f', now_ms - PROCESS_EXPIRY_MS))
local sequence = redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, 'seq')
if not sequence then
  -- The sequence was lost, and messages before its loss may not have been received.
  announce(KEYS[1], ARGV[2], 'a', '-', '1', 0)
  sequence = redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, 'seq')
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now_ms), ARGV[1])
return sequence
