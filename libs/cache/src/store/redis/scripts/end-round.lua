-- Ends a round of the relay: moves the cursor if its serial is still the same and the store has the
-- marks, drops these, and writes a heartbeat if the round was short.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- KEYS[3]  marks
-- ARGV[1]  serial of the cursor, or ''
-- ARGV[2]  new cursor, or '' if it stays
-- ARGV[3]  server milliseconds of the round's begin
-- ARGV[4]  longest round that is followed by a heartbeat, in milliseconds
-- ARGV[5..]? marks in place of removals (see the part marks)
-- Returns  {state, serial}: -2 a mark is missing, -1 conflict, 0 slow, 1 fresh (with a heartbeat)
-- Cost     O(m log n) for m marks of n
-- @include next-serial
local serial = plain(field('cursor'))
if serial ~= ARGV[1] then return {-1, serial} end
for i = 5, #ARGV do
  if type(redis.pcall('ZADD', KEYS[3], 'XX', 'INCR', 0, ARGV[i])) ~= 'string' then return {-2, serial} end
end
if #ARGV > 4 then redis.call('ZREM', KEYS[3], unpack(ARGV, 5)) end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[2], ARGV[2])
  serial = next_serial('cursor')
end
local took = now - tonumber(ARGV[3])
if took < 0 or took > tonumber(ARGV[4]) then return {0, serial} end
next_serial('beat')
return {1, serial}
