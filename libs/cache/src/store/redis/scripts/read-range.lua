-- Reads one page of a range of the key index, for a removal by name.
--
-- KEYS[1]  key index
-- KEYS[2]? state of the invalidation stream
-- ARGV[1]  lower end of the range, lexicographic
-- ARGV[2]  upper end of the range, lexicographic
-- ARGV[3]  page size
-- Returns  {epoch or '', 1 if the removal has to be announced though it finds nothing, else 0, member…}
-- Cost     O(k + log n) for k members of an index of n
local page = redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
local epoch = redis.call('ZRANGEBYLEX', KEYS[1], EPOCHS_FROM, EPOCHS_TO, 'LIMIT', 0, 1)[1]
-- A write without an effect: a replica and a full server answer with an error, and do not say that
-- there is nothing to do.
local announced = KEYS[2] and redis.pcall('ZADD', KEYS[2], 'XX', 'INCR', 0, 'seq')
return {epoch or '', announced and 1 or 0, unpack(page)}
