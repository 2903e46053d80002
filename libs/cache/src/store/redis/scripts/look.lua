-- Reads what is at a key, of a long value the beginning, and changes nothing.
--
-- KEYS[1]  data key
-- KEYS[2]  key index
-- ARGV[1]  index member
-- ARGV[2]  most bytes of the value
-- Returns  {server milliseconds, ttl in milliseconds or -2, bytes or -1 for no string, text,
--          1 if the index has the member, 0 if it is complete and has not, '' if it is not complete,
--          keys that the server has evicted, '' if it does not say}
-- Cost     O(log n) for an index of n
-- @include server-time
local ttl = redis.call('PTTL', KEYS[1])
local size, text = 0, ''
if ttl ~= -2 then
  size = redis.pcall('STRLEN', KEYS[1])
  if type(size) == 'number' then text = redis.call('GETRANGE', KEYS[1], 0, ARGV[2] - 1)
  else size = -1 end
end
local indexed = ''
if redis.call('ZRANGEBYLEX', KEYS[2], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1)[1] then
  indexed = redis.call('ZSCORE', KEYS[2], ARGV[1]) and '1' or '0'
end
local info = redis.pcall('INFO', 'stats')
local evicted = type(info) == 'string' and string.match(info, 'evicted_keys:(%d+)') or ''
return {string.format('%.0f', now), ttl, size, text, indexed, evicted}
