-- Begins a round of the relay: takes the lead or renews it.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- ARGV[1]  number of the relay
-- ARGV[2]  lease of the lead, in milliseconds
-- ARGV[3]  known serial of the cursor, or ''
-- Returns  {0} while another relay leads, else {1, term, ms as primary, heartbeat or '', serial or '',
--          cursor or false if known, server ms}
-- Cost     O(1)
-- @include lead
-- @include term
if not lead(ARGV[1], tonumber(ARGV[2])) then return {0} end
local serial = plain(field('cursor'))
local cursor = false
if serial ~= '' and serial ~= ARGV[3] then cursor = redis.call('GET', KEYS[2]) end
return {1, term, age, plain(field('beat')), serial, cursor, string.format('%.0f', now)}
