-- Reads the last heartbeat, the cursor, and for how long the server has been primary.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- ARGV[1]  known serial of the cursor, or ''
-- Returns  {term, ms as primary, heartbeat or '', serial or '', cursor or false if known}
-- Cost     O(1)
-- @include term
local serial = plain(field('cursor'))
local cursor = false
if serial ~= '' and serial ~= ARGV[1] then cursor = redis.call('GET', KEYS[2]) end
return {term, age, plain(field('beat')), serial, cursor}
