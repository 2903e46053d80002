-- Lets the next caller load at once. The token stays: another process that adopted it may still
-- fill. Leaves a hit-for-miss marker for so many milliseconds, if any; an older marker stays.
--
-- KEYS[1]  data key
-- ARGV[1]  token
-- ARGV[2]  channel of the waiters
-- ARGV[3]  index member
-- ARGV[4]  hit-for-miss in milliseconds, or 0
-- Returns  1 if the token was there, else 0
-- Cost     O(1)
-- @include lease-head
-- @include awaited
-- @include token-of
local head = lease_head(KEYS[1])
if not head or token_of(head) ~= ARGV[1] then return 0 end
local deadline
if ARGV[4] ~= '0' then
  local time = redis.call('TIME')
  local marked = math.floor((time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[4]) / 10)
  deadline = string.format(MARKER_FORMAT, marked)
elseif string.sub(head, DEADLINE_FIRST, DEADLINE_FIRST) ~= '-' then
  deadline = string.format(DEADLINE_FORMAT, 0)
end
if deadline then redis.pcall('SETRANGE', KEYS[1], DEADLINE_FIRST - 1, deadline) end
if awaited(head) then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 1
