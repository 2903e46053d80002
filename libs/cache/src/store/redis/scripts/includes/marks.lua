-- A mark says that in this store, after the commit of the write at `position`, all of `what` was
-- removed. The script that removes leaves it, so whatever the store forgets of the removal (by a
-- flush, a failover, a restored dump) it forgets of the mark, and a dump that holds the mark holds
-- no value from before the removal. A relay leaves a removal out where every write has its mark.
--
-- marked(marks, terms, what): whether a relay may leave the removal out
-- mark(marks, terms, what): leaves a mark, as the script's last write: a removal cut short has none
--
-- terms: '' for neither, '+' and the writer's position, or '-' and positions, one a line
--
-- One sorted set of `position\nwhat` with the server milliseconds of each, bounded in number and
-- time. It may be evicted: without a mark the relay removes once more. It is read by a command that
-- counts as a write, because a read would show in the server's keyspace hits.
-- @include server-time
local function marked(marks, terms, what)
  if string.sub(terms, 1, 1) ~= '-' then return false end
  for position in string.gmatch(string.sub(terms, 2), '[^\n]+') do
    local found = redis.pcall('ZADD', marks, 'XX', 'INCR', 0, position .. '\n' .. what)
    -- Absent is `false`; a full server and a replica answer with an error.
    if type(found) ~= 'string' then return false end
  end
  return true
end
local function mark(marks, terms, what)
  if string.sub(terms, 1, 1) ~= '+' then return end
  redis.pcall('ZADD', marks, now, string.sub(terms, 2) .. '\n' .. what)
  redis.pcall('ZREMRANGEBYRANK', marks, 0, -1 - MAX_MARKS)
  redis.pcall('PEXPIRE', marks, MARK_LIFE_MS)
end
