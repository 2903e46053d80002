-- Gives up the lead of the relay.
--
-- KEYS[1]  fields
-- ARGV[1]  number of the relay
-- Returns  1
-- Cost     O(1)
-- @include relay-fields
if plain(field('holder')) == ARGV[1] then put('lease', 0) end
return 1
