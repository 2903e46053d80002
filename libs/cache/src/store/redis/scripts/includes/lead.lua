-- lead(relay, length): takes the lead or renews it; `false` while another relay leads.
-- @include relay-fields
-- @include server-time
local function lead(relay, length)
  local lease = tonumber(field('lease') or '0')
  -- A lease that ends later than any could was written before the clock was set back.
  if plain(field('holder')) ~= relay and lease > now and lease <= now + length then return false end
  put('holder', tonumber(relay))
  put('lease', now + length)
  return true
end
