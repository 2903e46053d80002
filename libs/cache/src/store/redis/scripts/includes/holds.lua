-- holds(key, head): whether the key still holds the envelope with this head, the fence of a refill.
--
-- A refresh replaces a value that is still served, so its lease cannot stand in the data key. The
-- fence is the data key all the same: every envelope begins with an id of its own, its head, and a
-- refill compares it. Whatever removes or replaces the value voids the refill, so no script that
-- removes needs to know about refreshes. The refresh lease is a key of its own in the same slot and
-- only keeps the work from being done twice:
--
--   0 loading | 1 loading, awaited | 2 backoff     and then the token
--
-- A refresh that yielded nothing to store leaves a hit-for-miss marker: `2!` and the head of the
-- envelope. While it is held, every caller that waits for a value may refresh it; under any other
-- envelope it is void. Releases before these markers read it as a backoff.
local function holds(key, head)
  return redis.pcall('GETRANGE', key, 0, #head - 1) == head
end
