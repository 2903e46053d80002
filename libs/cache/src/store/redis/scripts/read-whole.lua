-- Reads the remaining life of a key and its text at one moment.
--
-- KEYS[1]  data key
-- Returns  {ttl in milliseconds, text}
-- Cost     O(1)
return {redis.call('PTTL', KEYS[1]), redis.call('GET', KEYS[1])}
