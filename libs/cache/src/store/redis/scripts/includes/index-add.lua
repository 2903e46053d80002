-- index_add(index, member, prefix, probes): adds a member to the key index. When the member is new,
-- it probes some others at random and drops those whose keys are gone.
--
-- With four probes per addition on average, at most a quarter of a growing index is dead. Keys that
-- expire without additions are left to the sweeper. The caller bundles the probes (32 at every
-- eighth addition), because each read of the index counts as a keyspace hit.
-- @include is-absent
local function index_add(index, member, prefix, probes)
  if redis.call('ZADD', index, 0, member) == 0 or probes == '0' then return end
  for _, other in ipairs(redis.call('ZRANDMEMBER', index, probes)) do
    if string.byte(other) ~= 0 and is_absent(prefix .. other) then
      redis.call('ZREM', index, other)
    end
  end
end
