-- next_serial(name): moves a field of the relay's bookkeeping to a serial that was never used.
-- @include relay-fields
-- @include server-time
local function next_serial(name)
  local serial = math.max((tonumber(field(name) or '0') or 0) + 1, time[1] * 1000000 + time[2])
  put(name, serial)
  return string.format('%.0f', serial)
end
