-- Ends a round of the relay: moves the cursor if nothing has changed since the round began and the
-- store has the marks, drops these, writes a heartbeat if the round was short, and renews the lead,
-- so that the next round has begun with it.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- KEYS[3]  marks
-- ARGV[1]  number of the relay
-- ARGV[2]  lease of the lead, in milliseconds
-- ARGV[3]  serial of the cursor, or ''
-- ARGV[4]  last heartbeat, or ''
-- ARGV[5]  new cursor, or '' if it stays
-- ARGV[6]  server milliseconds of the round's begin
-- ARGV[7]  longest round that is followed by a heartbeat, in milliseconds
-- ARGV[8..]? marks in place of removals (see the part marks)
-- Returns  {-2} if a mark is missing, {-1} for a conflict, else {0 slow or 1 fresh (with a heartbeat),
--          term, ms as primary, heartbeat, serial, 1 if the lead was renewed, server ms}
-- Cost     O(m log n) for m marks of n
-- @include lead
-- @include term
local serial = plain(field('cursor'))
-- A store that went back in time may know the cursor and lack what was removed since.
if serial ~= ARGV[3] or plain(field('beat')) ~= ARGV[4] then return {-1} end
for i = 8, #ARGV do
  if type(redis.pcall('ZADD', KEYS[3], 'XX', 'INCR', 0, ARGV[i])) ~= 'string' then return {-2} end
end
if #ARGV > 7 then redis.call('ZREM', KEYS[3], unpack(ARGV, 8)) end
if ARGV[5] ~= '' then
  redis.call('SET', KEYS[2], ARGV[5])
  serial = next_serial('cursor')
end
local took = now - tonumber(ARGV[6])
local fresh = 0 <= took and took <= tonumber(ARGV[7])
local beat = fresh and next_serial('beat') or ARGV[4]
local leads = lead(ARGV[1], tonumber(ARGV[2]))
return {fresh and 1 or 0, term, age, beat, serial, leads and 1 or 0, string.format('%.0f', now)}
