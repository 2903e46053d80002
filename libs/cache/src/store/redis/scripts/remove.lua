-- Removes keys by name, and publishes the removal unless it is only a part of one. The names may be
-- those of a range that was read before: keys that came since, or that another server has, are not
-- among them, so the mark says that the range is empty only where it is.
--
-- KEYS[1]     key index
-- KEYS[2]     state of the invalidation stream
-- KEYS[3]     marks
-- KEYS[4..]?  data keys
-- ARGV[1]     channel of the waiters
-- ARGV[2]     1 if an index is kept, else 0
-- ARGV[3]     channel of the invalidation stream
-- ARGV[4]     what is invalidated: the encoded selection, or '' to publish nothing
-- ARGV[5]     process and serial that ask for acknowledgements, or '-'
-- ARGV[6]     1 to create the sequence if there is none, else 0
-- ARGV[7]     stale bound in milliseconds
-- ARGV[8]     terms of the mark; '' unless this is a whole removal
-- ARGV[9]     lower end of the range of the index that was read, or '' for names alone
-- ARGV[10]    upper end of that range, or ''
-- ARGV[11..]? index members, in the order of the data keys
-- Returns     {removed values, what `announce` returns}
-- Cost        O(k log n) for k keys in an index of n
-- @include unlink-one
-- @include announce
-- @include marks
if marked(KEYS[3], ARGV[8], ARGV[4]) then return {0, {}} end
local removed = 0
for i = 4, #KEYS do removed = removed + unlink_one(KEYS[i], ARGV[i + 7]) end
if ARGV[2] == '1' then redis.call('ZREM', KEYS[1], '', unpack(ARGV, 11)) end
wake(ARGV[1])
if ARGV[4] == '' then return {removed, {}} end
local answer = announce(KEYS[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7]))
local function first(min, max) return redis.call('ZRANGEBYLEX', KEYS[1], min, max, 'LIMIT', 0, 1)[1] end
if ARGV[9] == '' or first(EPOCHS_FROM, EPOCHS_TO) and not first(ARGV[9], ARGV[10]) then
  mark(KEYS[3], ARGV[8], ARGV[4])
end
return {removed, answer}
