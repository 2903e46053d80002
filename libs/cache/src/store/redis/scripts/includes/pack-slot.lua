-- pack_slot(number, names, by_name, known): the text of a slot of history; `packSlot` of history.ts has the
-- format and does the same. `by_name` has counts by the places of their counters, and `names` its names,
-- the most read first and '(other)' last. Those that are in the text become members of `known`, whose
-- oldest go.
local function numeral(count)
  local text = ''
  while count >= 64 do
    text = text .. string.char(64 + count % 64)
    count = math.floor(count / 64)
  end
  return text .. string.char(count)
end
local function record_of(name, values)
  local moved, text, bit = 0, '', 1
  for place in string.gmatch(HISTORY_PLACES, '%d+') do
    local count = values[tonumber(place)]
    if count and count > 0 then
      moved = moved + bit
      text = text .. numeral(count)
    end
    bit = 2 * bit
  end
  if moved == 0 then return '' end
  local hash = tonumber(string.sub(redis.sha1hex(name), 1, 7), 16)
  return numeral(hash) .. numeral(moved) .. text
end
local function add(values, more)
  for place, count in pairs(more) do values[place] = (values[place] or 0) + count end
end
local function pack_slot(number, names, by_name, known)
  local text, rest, named = numeral(number), {}, {}
  for _, name in ipairs(names) do
    local record = record_of(name, by_name[name])
    if name == '(other)' or #text + #record > NAMED_CHARACTERS then
      add(rest, by_name[name])
    elseif record ~= '' then
      text = text .. record
      named[#named + 1] = now
      named[#named + 1] = name
    end
  end
  if #named > 0 then redis.call('ZADD', known, unpack(named)) end
  local size = redis.call('ZCARD', known)
  if size > MAX_NAMES_KNOWN then redis.call('ZPOPMIN', known, size - MAX_NAMES_KNOWN) end
  return text .. record_of('(other)', rest)
end
