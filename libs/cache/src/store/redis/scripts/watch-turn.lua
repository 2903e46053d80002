-- Takes, keeps or gives back the turn to watch for all processes, with a note for the next one. The
-- one member is `<holder> <until> <note>`; it is popped instead of read, which would show in the
-- server's keyspace hits.
--
-- KEYS[1]  the turn
-- ARGV[1]  who asks; '' only reads
-- ARGV[2]  milliseconds to hold it for; 0 gives it back
-- ARGV[3]  1 to keep a new note
-- ARGV[4]  the note
-- Returns  1 if it is held, and the last note or ''
-- Cost     O(1)
-- @include server-time
local kept = redis.call('ZPOPMIN', KEYS[1])[1] or ' 0 '
local holder, ends, note = string.match(kept, '^(%S*) (%d+) (.*)$')
local held = ARGV[1] ~= '' and (holder == ARGV[1] or tonumber(ends) <= now)
local last = note
if held then
  if ARGV[3] == '1' then note = ARGV[4] end
  holder, ends = ARGV[1], string.format('%.0f', now + ARGV[2])
end
redis.call('ZADD', KEYS[1], 0, holder .. ' ' .. ends .. ' ' .. note)
redis.call('PEXPIRE', KEYS[1], 86400000)
return {held and 1 or 0, last}
