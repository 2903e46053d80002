-- Reads the last heartbeat, the cursor, and for how long the server has been primary.
--
-- A server takes another replication id when it starts and when it is promoted, so the field `since`
-- that a replica or a dump brings along does not count. Where the id cannot be read it never changes.
--
-- KEYS[1]  fields
-- KEYS[2]  cursor
-- ARGV[1]  known serial of the cursor, or ''
-- Returns  {heartbeat or '', serial or '', cursor or false if known, milliseconds as primary}
-- Cost     O(1)
-- @include relay-fields
-- @include server-time
local info = redis.pcall('INFO', 'replication')
local id = type(info) == 'string' and string.match(info, 'master_replid:' .. string.rep('%x', 12))
local server = tonumber(string.sub(id or '0', -12), 16)
local since = tonumber(field('since') or '0')
if plain(field('server')) ~= plain(server) or since == 0 or since > now then
  put('server', server)
  put('since', now)
  since = now
end
local serial = plain(field('cursor'))
local cursor = false
if serial ~= '' and serial ~= ARGV[1] then cursor = redis.call('GET', KEYS[2]) end
return {plain(field('beat')), serial, cursor, string.format('%.0f', now - since)}
