-- Looks at keys for the doctor. Only what is as small as a lease is read, and the lives that are
-- asked for, so that little of it shows in the server's keyspace hits.
--
-- KEYS[1]   key index
-- KEYS[2]   name of a trial write
-- KEYS[3..] data keys
-- ARGV[1]   1 to look at lives too
-- ARGV[2..] members of the data keys
-- Returns   what the trial write was answered, 1 if the index is complete, its members, then for
--           each key its size (-1 without a value, -2 for no text), 0 if the index lacks it, and 1
--           if it has no expiry
-- Cost      O(k log n) for k keys
-- @include is-lease
local trial = redis.pcall('SET', KEYS[2], '', 'PX', 1000)
local answer = {
  trial.err or 'OK',
  #redis.call('ZRANGEBYLEX', KEYS[1], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1),
  redis.call('ZCARD', KEYS[1])
}
for i = 3, #KEYS do
  local size = redis.pcall('SETRANGE', KEYS[i], 0, '')
  -- A server that takes no writes, or no text.
  if type(size) ~= 'number' then size = redis.pcall('STRLEN', KEYS[i]) end
  if type(size) ~= 'number' then
    size = -2
  elseif size == 0 or is_lease(KEYS[i], size) then
    size = -1
  end
  answer[#answer + 1] = size
  answer[#answer + 1] = redis.pcall('ZADD', KEYS[1], 'XX', 'INCR', 0, ARGV[i - 1]) and 1 or 0
  answer[#answer + 1] = ARGV[1] == '1' and redis.call('PTTL', KEYS[i]) == -1 and 1 or 0
end
return answer
