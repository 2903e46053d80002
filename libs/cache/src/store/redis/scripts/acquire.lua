-- Takes the lease of a key for loading, or says why not.
--
-- KEYS[1]  data key
-- KEYS[2]  key index
-- ARGV[1]  token
-- ARGV[2]  lease, in milliseconds
-- ARGV[3]  how long the lease is kept, in milliseconds
-- ARGV[4]  index member
-- ARGV[5]  1 to replace a value, else 0
-- ARGV[6]  1 if an index is kept, else 0
-- ARGV[7]  prefix
-- ARGV[8]  probes of the index
-- Returns  {state, detail}: owned, the token, and 1 if a late holder has it too; wait and
--          milliseconds; present; foreign (no string)
-- Cost     O(1), or O(log n) and the probes for a key that is new in the index
-- @include server-time
-- @include awaited
-- @include token-of
-- @include index-add
local deadline = string.format(DEADLINE_FORMAT, now + ARGV[2])
local token = ARGV[1]
local taken = '0'
-- The usual case first: absent. NX, because a write does not count as a keyspace miss.
if not redis.call('SET', KEYS[1], LEASE_MARK .. '0' .. token .. deadline, 'NX', 'PX', ARGV[3]) then
  local flag = '0'
  local marked = false
  local head = redis.pcall('GETRANGE', KEYS[1], 0, LEASE_LENGTH - 1)
  if type(head) == 'table' then
    if ARGV[5] ~= '1' then return {'foreign', ''} end
  elseif string.sub(head, 1, 1) == LEASE_MARK then
    local until_ms = tonumber(string.sub(head, DEADLINE_FIRST))
    -- A lease that ends later than any could was written before the clock was set back.
    if until_ms and now < until_ms and until_ms <= now + ARGV[2] then
      if not awaited(head) then redis.pcall('SETRANGE', KEYS[1], AWAITED_AT - 1, '1') end
      return {'wait', string.format('%.0f', until_ms - now)}
    end
    if until_ms then
      -- Take-over: the token is adopted, so that the late holder may still fill.
      flag = awaited(head) and '1' or '0'
      token = token_of(head)
      if until_ms > 0 then taken = '1' end
      -- Hit-for-miss: all load side by side, and the first value voids the token of the others.
      local marked_ms = -10 * until_ms
      marked = now < marked_ms and marked_ms <= now + ARGV[3]
    end
  elseif ARGV[5] ~= '1' then
    return {'present', ''}
  end
  if marked then redis.call('PEXPIRE', KEYS[1], ARGV[3])
  else redis.call('SET', KEYS[1], LEASE_MARK .. flag .. token .. deadline, 'PX', ARGV[3]) end
end
if ARGV[6] == '1' then index_add(KEYS[2], ARGV[4], ARGV[7], ARGV[8]) end
return {'owned', token, taken}
