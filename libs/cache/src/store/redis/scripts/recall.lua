-- What the board has that may concern one key.
--
-- KEYS[1]  journal
-- KEYS[2]  fills of sampled keys
-- KEYS[3]  state of the board
-- ARGV[1]  hash of the key
-- ARGV[2]  most entries of the journal
-- Returns  {score of the last fill or '', the share's power or '', server milliseconds when the board
--          was begun or '', then the entries, id and text in turn, the newest first}
-- Cost     O(log g + e) for g fills and e entries
local answer = {
  redis.call('ZSCORE', KEYS[2], ARGV[1]) or '',
  redis.call('ZSCORE', KEYS[3], 'power') or '',
  redis.call('ZSCORE', KEYS[3], 'begun') or '',
}
for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[2])) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
end
return answer
