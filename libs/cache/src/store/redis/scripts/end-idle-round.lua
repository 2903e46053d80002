-- Ends a round of the relay that had nothing to apply, of a server that another script has just asked
-- for how long it has been primary: writes a heartbeat and renews the lead, if nothing has changed
-- since the round began, this relay leads and the round was short. Else `end-round` says what it is.
--
-- KEYS[1]  fields
-- ARGV[1]  number of the relay
-- ARGV[2]  lease of the lead, in milliseconds
-- ARGV[3]  serial of the cursor
-- ARGV[4]  last heartbeat
-- ARGV[5]  server milliseconds of the round's begin
-- ARGV[6]  longest round that is followed by a heartbeat, in milliseconds
-- Returns  {heartbeat, server ms}, or {''} and nothing was written
-- Cost     O(1), half of what `end-round` costs
-- @include relay-fields
-- @include server-time
local leads = plain(field('holder')) == ARGV[1]
local same = plain(field('cursor')) == ARGV[3] and plain(field('beat')) == ARGV[4]
local took = now - tonumber(ARGV[5])
if not (leads and same and 0 <= took and took <= tonumber(ARGV[6])) then return {''} end
local beat = math.max(tonumber(ARGV[4]) + 1, time[1] * 1000000 + time[2])
put('beat', beat)
put('lease', now + tonumber(ARGV[2]))
return {string.format('%.0f', beat), string.format('%.0f', now)}
