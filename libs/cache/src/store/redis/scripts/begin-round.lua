-- Begins a round of the relay: takes the lead or renews it.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- ARGV[1]  number of the relay
-- ARGV[2]  lease of the lead, in milliseconds
-- ARGV[3]  known serial of the cursor, or ''
-- Returns  {0} while another relay leads, else {1, server ms, serial or '', cursor or false if known}
-- Cost     O(1)
-- @include relay-fields
-- @include server-time
local lease = tonumber(field('lease') or '0')
local length = tonumber(ARGV[2])
-- A lease that ends later than any could was written before the clock was set back.
if plain(field('holder')) ~= ARGV[1] and lease > now and lease <= now + length then return {0} end
put('holder', tonumber(ARGV[1]))
put('lease', now + length)
local serial = plain(field('cursor'))
local cursor = false
if serial ~= '' and serial ~= ARGV[3] then cursor = redis.call('GET', KEYS[2]) end
return {1, string.format('%.0f', now), serial, cursor}
