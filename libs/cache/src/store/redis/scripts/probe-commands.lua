-- Runs once what the scripts of the store run, on a name of its own, to learn what the user of this
-- connection may not do. What else a command is refused for does not matter here.
--
-- KEYS[1]  name of the trial
-- Returns  the names of the commands that are forbidden
-- Cost     O(1)
local key = KEYS[1]
local forbidden = {}
local function try(...)
  local reply = redis.pcall(...)
  local refusal = type(reply) == 'table' and reply.err or ''
  if not (string.find(refusal, 'NOPERM') or string.find(refusal, 'ACL failure')
    or string.find(refusal, 'user executing the script')) then return end
  local name, second = ...
  if name == 'MEMORY' then name = name .. '|' .. second end
  forbidden[#forbidden + 1] = string.lower(name)
end
try('SET', key, '1', 'PX', 1000)
try('GET', key)
try('MGET', key)
try('GETRANGE', key, 0, 0)
try('SETRANGE', key, 0, '')
try('STRLEN', key)
try('PTTL', key)
try('PERSIST', key)
try('PEXPIRE', key, 1000)
try('MEMORY', 'USAGE', key)
try('RENAME', key, key)
try('PUBLISH', key, '')
try('TIME')
try('INFO', 'server')
try('DBSIZE')
try('UNLINK', key)
try('ZADD', key, 0, 'a')
try('ZSCORE', key, 'a')
try('ZMSCORE', key, 'a')
try('ZCARD', key)
try('ZCOUNT', key, 0, 0)
try('ZINCRBY', key, 0, 'a')
try('ZRANGE', key, 0, 0)
try('ZRANDMEMBER', key, 1)
try('ZRANGEBYLEX', key, '-', '+', 'LIMIT', 0, 1)
try('ZRANGEBYSCORE', key, 0, 0)
try('ZREMRANGEBYSCORE', key, 1, 1)
try('ZREM', key, 'b')
try('ZPOPMIN', key)
redis.pcall('UNLINK', key)
try('HSET', key, 'a', 0)
try('HGET', key, 'a')
try('HGETALL', key)
try('HINCRBY', key, 'a', 0)
try('HDEL', key, 'a')
redis.pcall('UNLINK', key)
try('XADD', key, '*', 'a', '1')
try('XREVRANGE', key, '+', '-', 'COUNT', 1)
redis.pcall('UNLINK', key)
return forbidden
