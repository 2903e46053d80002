-- The relay's bookkeeping: one sorted set in KEYS[1], whose scores are the fields, and a text with
-- the cursor.
--
--   cursor  serial of the cursor's last move      beat    serial of the last heartbeat
--   holder  number of the relay that leads        lease   until when it leads, server milliseconds
--   server  the primary that wrote this           since   when it first did, server milliseconds
--
-- `ZADD XX INCR 0` reads a score without counting as a keyspace hit, ten times a second. Serials are
-- never reused, not even by a server that has lost its memory, because they are at least the
-- server's time in microseconds.
--
-- `PERSIST` comes first: a write that needs no memory. A replica refuses the script there, and after
-- it a full server refuses nothing, so the heartbeat goes on.
redis.call('PERSIST', KEYS[1])
local function field(name) return redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, name) end
local function put(name, value) redis.call('ZADD', KEYS[1], string.format('%.0f', value), name) end
local function plain(score) return score and string.format('%.0f', tonumber(score)) or '' end
