-- term: changes when the server becomes primary. age: for how many milliseconds it has been, since
-- its start, its promotion, or the loss of this bookkeeping.
--
-- A server takes another replication id when it starts and when it is promoted, so the field `since`
-- that a replica or a dump brings along does not count. Where the id cannot be read it never changes.
-- The cursor takes a new serial then: a round that began before does not end, and a plain look at
-- the serials shows it.
-- @include relay-fields
-- @include server-time
-- @include next-serial
local info = redis.pcall('INFO', 'replication')
local id = type(info) == 'string' and string.match(info, 'master_replid:' .. string.rep('%x', 12))
local server = tonumber(string.sub(id or '0', -12), 16)
local since = tonumber(field('since') or '0')
if plain(field('server')) ~= plain(server) or since == 0 or since > now then
  put('server', server)
  put('since', now)
  since = now
  if field('cursor') then next_serial('cursor') end
end
local term = plain(server)
local age = string.format('%.0f', now - since)
