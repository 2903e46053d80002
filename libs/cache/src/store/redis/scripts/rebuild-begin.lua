-- Begins a rebuild of the key index unless it is complete or another rebuild is young.
--
-- The key index is one sorted set, all scores 0, so that members sort as bytes. Members that begin
-- with NUL are its own (format: ../stored-formats.ts). If the set is lost (evicted, flushed), its epoch
-- and the marks of rebuilds are lost with it.
--
-- KEYS[1]  key index
-- ARGV[1]  nonce
-- ARGV[2]  milliseconds after which a mark counts as abandoned
-- Returns  the mark, or ''
-- Cost     O(log n)
-- @include server-time
if #redis.call('ZRANGEBYLEX', KEYS[1], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1) > 0 then return '' end
for _, mark in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], MARKS_FROM, MARKS_TO)) do
  local since = tonumber(string.sub(mark, 3, 15))
  -- A mark from the future was written before the clock was set back.
  if since and since <= now and now - since < tonumber(ARGV[2]) then return '' end
  redis.call('ZREM', KEYS[1], mark)
end
local mark = REBUILD_MARK .. string.format('%013.0f', now) .. ARGV[1]
redis.call('ZADD', KEYS[1], 0, mark)
return mark
