-- Publishes a removal that several scripts made together.
--
-- KEYS[1]  state of the invalidation stream
-- ARGV[1]  channel of the invalidation stream
-- ARGV[2]  what is invalidated: the encoded selection
-- ARGV[3]  process and serial that ask for acknowledgements, or '-'
-- ARGV[4]  1 to create the sequence if there is none, else 0
-- ARGV[5]  stale bound in milliseconds
-- Returns  what `announce` returns
-- Cost     O(log p) for p processes with copies, O(p) when they are listed (at most 100)
-- @include announce
-- A write that needs no memory comes first: see announce.
redis.call('ZREM', KEYS[1], '')
return announce(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]))
