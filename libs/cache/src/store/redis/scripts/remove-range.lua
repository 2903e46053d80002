-- Removes one page of an index range. The last page publishes the whole removal: before it, a reader
-- could still copy what is about to go. The message carries the selection and not what was found,
-- because a copy may be all that is left of a key.
--
-- KEYS[1]  key index
-- KEYS[2]  state of the invalidation stream
-- KEYS[3]  marks
-- ARGV[1]  prefix
-- ARGV[2]  lower end of the range, lexicographic
-- ARGV[3]  upper end of the range, lexicographic
-- ARGV[4]  page size
-- ARGV[5]  channel of the waiters
-- ARGV[6]  channel of the invalidation stream
-- ARGV[7]  what is invalidated: the encoded selection, or '' to publish nothing
-- ARGV[8]  process and serial that ask for acknowledgements, or '-'
-- ARGV[9]  1 to create the sequence if there is none, else 0
-- ARGV[10] stale bound in milliseconds
-- ARGV[11] terms of the mark, for the first page, else ''
-- Returns  {epoch or '', removed values, members on this page, last member, what `announce` returns}
-- Cost     O(k log n) for k members of an index of n
-- @include unlink-one
-- @include announce
-- @include marks
local epoch = redis.call('ZRANGEBYLEX', KEYS[1], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1)[1] or ''
if marked(KEYS[3], ARGV[11], ARGV[7]) then return {epoch, 0, 0, '', {}} end
local function publish()
  if ARGV[7] == '' then return {} end
  local answer = announce(KEYS[2], ARGV[6], ARGV[7], ARGV[8], ARGV[9], tonumber(ARGV[10]))
  -- Only an index that is complete knows of all keys.
  if epoch ~= '' then mark(KEYS[3], ARGV[11], ARGV[7]) end
  return answer
end
local members = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
if #members == 0 then
  redis.call('ZREM', KEYS[1], '')
  return {epoch, 0, 0, '', publish()}
end
local removed = 0
for _, member in ipairs(members) do removed = removed + unlink_one(ARGV[1] .. member, member) end
redis.call('ZREM', KEYS[1], unpack(members))
wake(ARGV[5])
local answer = {}
if #members < tonumber(ARGV[4]) then answer = publish() end
return {epoch, removed, #members, members[#members], answer}
