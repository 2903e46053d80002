-- pack_slot(number, counts, names): the text of a slot of history, from names and counts in turn;
-- `packSlot` of history.ts has the format and does the same. The namespaces that are in it become
-- members of `names`, whose oldest go.
local function numeral(count)
  local text = ''
  while count >= 64 do
    text = text .. string.char(64 + count % 64)
    count = math.floor(count / 64)
  end
  return text .. string.char(count)
end
local function record_of(name, values)
  local moved, text = 0, ''
  local place = 0
  for counter in string.gmatch(HISTORY_COUNTERS, '[^,]+') do
    local count = values[counter]
    if count and count > 0 then
      moved = moved + 2 ^ place
      text = text .. numeral(count)
    end
    place = place + 1
  end
  local hash = tonumber(string.sub(redis.sha1hex(name), 1, 7), 16)
  return numeral(hash) .. numeral(moved) .. text
end
local function pack_slot(number, counts, names)
  local rest, by_name, sorted = {}, {}, {}
  for i = 1, #counts, 2 do
    local name, counter = string.match(counts[i], '^(.*)\n([^\n]+)$')
    if name then
      local values = name == '(other)' and rest or by_name[name]
      if not values then
        values = {}
        by_name[name] = values
        sorted[#sorted + 1] = name
      end
      values[counter] = tonumber(counts[i + 1])
    end
  end
  local reads = {}
  for _, name in ipairs(sorted) do
    local sum = 0
    for _, counter in ipairs({'hit', 'local_hit', 'stale_hit', 'miss', 'bypass'}) do
      sum = sum + (by_name[name][counter] or 0)
    end
    reads[name] = sum
  end
  table.sort(sorted, function(a, b)
    if reads[a] ~= reads[b] then return reads[a] > reads[b] end
    return a < b
  end)
  local text = numeral(number)
  for _, name in ipairs(sorted) do
    local record = record_of(name, by_name[name])
    if #text + #record <= NAMED_CHARACTERS then
      text = text .. record
      redis.call('ZADD', names, now, name)
    else
      for counter, count in pairs(by_name[name]) do rest[counter] = (rest[counter] or 0) + count end
    end
  end
  local known = redis.call('ZCARD', names)
  if known > MAX_NAMES_KNOWN then redis.call('ZPOPMIN', names, known - MAX_NAMES_KNOWN) end
  if next(rest) then text = text .. record_of('(other)', rest) end
  return text
end
