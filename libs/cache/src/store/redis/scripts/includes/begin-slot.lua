-- begin_slot(claimed, slot): the slot of 10 seconds that is filled from now on: `slot`, or the one after it if
-- the clock was set back by a moment. One that was filled until now is packed, and its counts are added to
-- the totals and to its slot of 5 minutes. The keys are those of `report`.
-- @include server-time
-- @include pack-slot
-- Counts by place, of JSON of pairs.
local function values_of(list)
  local values = {}
  for i = 1, #list, 2 do values[list[i]] = list[i + 1] end
  return values
end
-- The names of `by_name`, the most read first; those beyond the bound become '(other)', the last.
local function names_of(by_name)
  local names, reads = {}, {}
  for name, values in pairs(by_name) do
    if name ~= '(other)' then names[#names + 1] = name end
    local sum = 0
    for place in string.gmatch(READ_PLACES, '%d+') do sum = sum + (values[tonumber(place)] or 0) end
    reads[name] = sum
  end
  table.sort(names, function(a, b)
    if reads[a] ~= reads[b] then return reads[a] > reads[b] end
    return a < b
  end)
  by_name['(other)'] = by_name['(other)'] or {}
  for i = #names, MAX_NAMES + 1, -1 do
    add(by_name['(other)'], by_name[names[i]])
    names[i] = nil
  end
  names[#names + 1] = '(other)'
  return names
end
-- Adds counts to a hash of JSON of pairs by namespace.
local function add_to(key, names, by_name)
  local reply = redis.call('HGETALL', key)
  local stored, room = {}, MAX_NAMES - #reply / 2
  for i = 1, #reply, 2 do stored[reply[i]] = reply[i + 1] end
  local other, fields = {}, {}
  for _, name in ipairs(names) do
    local values = values_of(cjson.decode(stored[name] or '[]'))
    if name == '(other)' then add(values, other) end
    if stored[name] or room > 0 or name == '(other)' then
      if not stored[name] then room = room - 1 end
      add(values, by_name[name])
      local list = {}
      for place, count in pairs(values) do list[#list + 1] = string.format('%.0f,%.0f', place, count) end
      if #list > 0 then
        fields[#fields + 1] = name
        fields[#fields + 1] = '[' .. table.concat(list, ',') .. ']'
      end
    else
      add(other, by_name[name])
    end
  end
  if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
end
local function pack_long(number)
  local fields = redis.call('HGETALL', KEYS[5])
  local by_name = {}
  for i = 1, #fields, 2 do
    if fields[i] ~= '' then by_name[fields[i]] = values_of(cjson.decode(fields[i + 1])) end
  end
  redis.call('HSET', KEYS[6], number % LONG_SLOTS, pack_slot(number, names_of(by_name), by_name, KEYS[8]))
end
local function fold(number)
  local fields = redis.call('HGETALL', KEYS[3])
  local by_name = {}
  for i = 1, #fields, 2 do
    if fields[i] ~= '' then
      for name, list in pairs(cjson.decode(fields[i + 1])) do
        by_name[name] = by_name[name] or {}
        add(by_name[name], values_of(list))
      end
    end
  end
  local names = names_of(by_name)
  redis.call('HSET', KEYS[4], number % SHORT_SLOTS, pack_slot(number, names, by_name, KEYS[8]))
  add_to(KEYS[7], names, by_name)
  local long = math.floor(number * SHORT_SLOT_MS / LONG_SLOT_MS)
  local begun = redis.call('HINCRBY', KEYS[5], '', 0)
  if begun ~= long then
    if begun > 0 then pack_long(begun) end
    redis.call('UNLINK', KEYS[5])
    redis.call('HSET', KEYS[5], '', long)
  end
  add_to(KEYS[5], names, by_name)
end
-- Takes out the processes that report no more.
local function forget_ended()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - PROCESS_LIFE_MS))) do
    redis.call('ZREM', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
  end
  for _, key in ipairs({ KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8] }) do
    redis.call('PEXPIRE', key, LONG_HISTORY_MS)
  end
end
local function begin_slot(claimed, slot)
  if slot == claimed then return slot end
  local begun = redis.call('HINCRBY', KEYS[3], '', 0)
  if begun == slot or begun == slot + 1 then return begun end
  if begun > 0 then fold(begun) end
  redis.call('UNLINK', KEYS[3])
  redis.call('HSET', KEYS[3], '', slot)
  forget_ended()
  return slot
end
