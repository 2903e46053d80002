-- announce(state, channel, what, ask, create, bound_ms): advances the sequence of the invalidation
-- stream and publishes `previous next ask what`. Returns {status, process…}:
--
--   no-subscribers  no process keeps copies (there is no sequence, and none was to be created)
--   published       the listed processes are all that may be reading copies
--   partial         published, but further processes may be reading copies
--
-- Processes are listed only for an `ask` other than '-'. Call it after a command that writes: a full
-- server lets a script finish that has begun to write.
--
-- The state is one sorted set, so that it is lost as a whole or not at all:
--
--   seq    the sequence: max(seq + 1, server µs), so that it never repeats, not even after its loss
--   born   when the set was created, in server µs; processes from before are not in it
--   p…     the processes that keep copies, with the server milliseconds of their last probe
--
-- It is read by commands that count as writes (`ZADD XX INCR 0`), because a read would show in the
-- server's keyspace hits, which operators monitor.
-- The longest list in a reply. Beyond it the whole bound is waited for.
local MAX_LISTED = 100
local function announce(state, channel, what, ask, create, bound_ms)
  local previous = redis.call('ZADD', state, 'XX', 'INCR', 0, 'seq')
  if not previous and create ~= '1' then return {'no-subscribers'} end
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local status = 'published'
  if not previous then
    redis.call('ZADD', state, string.format('%.0f', now), 'born')
    previous = '0'
    status = 'partial'
  end
  local sequence = string.format('%.0f', math.max(tonumber(previous) + 1, now))
  redis.call('ZADD', state, sequence, 'seq')
  -- The server may write the previous one with an exponent: receivers read it as a number.
  redis.call('PUBLISH', channel, previous .. ' ' .. sequence .. ' ' .. ask .. ' ' .. what)
  if ask == '-' then return {status} end
  local born = redis.call('ZADD', state, 'XX', 'INCR', 0, 'born')
  if not born or now - born < bound_ms * 1000 then status = 'partial' end
  -- Twice the bound, for a server clock that jumps.
  local since = string.format('%.0f', math.floor(now / 1000) - 2 * bound_ms)
  local live = redis.call('ZRANGEBYSCORE', state, since, '(1e14', 'LIMIT', 0, MAX_LISTED)
  if #live == MAX_LISTED then status = 'partial' end
  return {status, unpack(live)}
end
