-- Lists what follows a prefix in the key index, up to the next colon, each with how many members
-- have it. A name that is a member stands at that place, and not again where longer ones begin.
--
-- KEYS[1]  key index
-- ARGV[1]  bytes of the prefix
-- ARGV[2]  lower end of the range, lexicographic
-- ARGV[3]  upper end of the range, lexicographic
-- ARGV[4]  most branches
-- Returns  {epoch or '', lower end of the rest or '', then for each branch its bytes with the prefix,
--          its members, and 1 if it is a member, else 0}
-- Cost     O(k log n) for k branches of an index of n
local epoch = redis.call('ZRANGEBYLEX', KEYS[1], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1)[1]
local answer = {epoch or '', ''}
local from = ARGV[2]
local left = tonumber(ARGV[4])
for _ = 1, 4 * left do
  if left == 0 then break end
  local member = redis.call('ZRANGEBYLEX', KEYS[1], from, ARGV[3], 'LIMIT', 0, 1)[1]
  if not member then return answer end
  local colon = string.find(member, ':', ARGV[1] + 1, true)
  local name = colon and string.sub(member, 1, colon - 1) or member
  -- ';' follows ':'.
  from = colon and '[' .. name .. ';' or '(' .. member
  if string.sub(member, 1, 2) == '~~' then
    from = '[~\127'
  elseif not colon or not redis.call('ZSCORE', KEYS[1], name) then
    local count = redis.call('ZLEXCOUNT', KEYS[1], '[' .. name .. ':', '(' .. name .. ';')
    answer[#answer + 1] = name
    answer[#answer + 1] = count + (colon and 0 or 1)
    answer[#answer + 1] = colon and 0 or 1
    left = left - 1
  end
end
if redis.call('ZRANGEBYLEX', KEYS[1], from, ARGV[3], 'LIMIT', 0, 1)[1] then answer[2] = from end
return answer
