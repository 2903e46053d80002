-- Ends a round of the relay: moves the cursor if its serial is still the same, and writes a
-- heartbeat if the round was short.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- ARGV[1]  serial of the cursor, or ''
-- ARGV[2]  new cursor, or '' if it stays
-- ARGV[3]  server milliseconds of the round's begin
-- ARGV[4]  longest round that is followed by a heartbeat, in milliseconds
-- Returns  {state, serial}: -1 conflict, 0 slow, 1 fresh (with a heartbeat)
-- Cost     O(1)
-- @include next-serial
local serial = plain(field('cursor'))
if serial ~= ARGV[1] then return {-1, serial} end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[2], ARGV[2])
  serial = next_serial('cursor')
end
local took = now - tonumber(ARGV[3])
if took < 0 or took > tonumber(ARGV[4]) then return {0, serial} end
next_serial('beat')
return {1, serial}
