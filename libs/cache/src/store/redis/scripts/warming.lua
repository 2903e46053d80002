-- One step of a run of the warmers: who holds it, how far it is, and how it ended.
--
-- KEYS[1]  the run: its text, its holder, whether it shall stop; whether the cache was warmed; results,
--          the newest first, one a line
-- KEYS[2]  until when the run is its holder's, which is there while a run is under way
-- ARGV[1]  begin, take, save, end, abort or read
-- ARGV[2]  holder
-- ARGV[3]  lease, in milliseconds
-- ARGV[4]  text of the run, or of its result
-- ARGV[5]  1 to mark the cache as warmed
-- Returns  {state, text}: mine, running, none, lost, aborted; of read {run, warmed, results}
-- Cost     O(1)
-- @include server-time
local function get(field) return redis.call('HGET', KEYS[1], field) or '' end
local step = ARGV[1]
if step == 'read' then return {get('run'), get('warmed'), get('results')} end
local function hold(text)
  redis.call('HSET', KEYS[1], 'run', text, 'holder', ARGV[2])
  redis.call('ZADD', KEYS[2], now + ARGV[3], 'run')
end
local until_ms = tonumber(redis.call('ZADD', KEYS[2], 'XX', 'INCR', 0, 'run'))
if step == 'begin' then
  if until_ms then return {'running', get('run')} end
  redis.call('HDEL', KEYS[1], 'abort')
  hold(ARGV[4])
  return {'mine', ''}
end
if not until_ms then return {step == 'save' and 'lost' or 'none', ''} end
if step == 'abort' then
  redis.call('HSET', KEYS[1], 'abort', '1')
  return {'running', ''}
end
if step == 'take' then
  if until_ms > now then return {'running', ''} end
  local text = get('run')
  hold(text)
  return {'mine', text}
end
if get('holder') ~= ARGV[2] then return {'lost', ''} end
if step == 'save' then
  hold(ARGV[4])
  return {get('abort') == '1' and 'aborted' or 'mine', ''}
end
redis.call('HDEL', KEYS[1], 'run', 'holder', 'abort')
redis.call('ZREM', KEYS[2], 'run')
local results = ARGV[4]
local kept = 1
for result in string.gmatch(get('results'), '[^\n]+') do
  if kept < WARM_RESULTS then results = results .. '\n' .. result end
  kept = kept + 1
end
redis.call('HSET', KEYS[1], 'results', results)
if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'warmed', '1') end
return {'mine', ''}
