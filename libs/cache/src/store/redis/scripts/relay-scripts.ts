import { script } from './script.js';

/*
 * The bookkeeping of a log's relay is one sorted set, whose scores are the fields:
 *
 *   cursor  serial of the cursor's last move      beat    serial of the last beat
 *   holder  number of the relay that leads        lease   until when it does, server milliseconds
 *   server  which primary has written this        since   when it first did, server milliseconds
 *
 * and a text with the cursor itself. `ZADD XX INCR 0` reads a score without counting as a keyspace
 * hit, which a look ten times a second otherwise would. Serials are never reused, also not by a
 * server that has lost its memory, because they are at least the server's time in microseconds.
 *
 * Each script begins with `PERSIST`: a write that needs no memory. A replica refuses the script
 * there, and behind it a full server refuses nothing, so that it does not stop the beat.
 */
const FIELDS = String.raw`
redis.call('PERSIST', KEYS[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function field(name) return redis.call('ZADD', KEYS[1], 'XX', 'INCR', 0, name) end
local function put(name, value) redis.call('ZADD', KEYS[1], string.format('%.0f', value), name) end
local function next_serial(name)
  local serial = math.max((tonumber(field(name) or '0') or 0) + 1, time[1] * 1000000 + time[2])
  put(name, serial)
  return string.format('%.0f', serial)
end
local function plain(score) return score and string.format('%.0f', tonumber(score)) or '' end`;

/**
 * Takes the lead or keeps it. KEYS fields, cursor. ARGV relay's number, lease ms, known serial.
 * Returns {0} while another leads, else {1, server ms, serial or '', cursor or false if known}.
 */
export const BEGIN_TURN = script(
  FIELDS,
  String.raw`
local lease = tonumber(field('lease') or '0')
local length = tonumber(ARGV[2])
-- A lease that ends later than any that could have been given comes from a clock that was set back.
if plain(field('holder')) ~= ARGV[1] and lease > now and lease <= now + length then return {0} end
put('holder', tonumber(ARGV[1]))
put('lease', now + length)
local serial = plain(field('cursor'))
local cursor = false
if serial ~= '' and serial ~= ARGV[3] then cursor = redis.call('GET', KEYS[2]) end
return {1, string.format('%.0f', now), serial, cursor}`,
);

/**
 * Moves the cursor if its serial is still the same, and beats if the turn was short.
 * KEYS fields, cursor. ARGV serial or '', new cursor or '' for the same, began at, longest ms.
 * Returns {state, serial}: -1 lost, 0 late, 1 beat.
 */
export const END_TURN = script(
  FIELDS,
  String.raw`
local serial = plain(field('cursor'))
if serial ~= ARGV[1] then return {-1, serial} end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[2], ARGV[2])
  serial = next_serial('cursor')
end
local took = now - tonumber(ARGV[3])
if took < 0 or took > tonumber(ARGV[4]) then return {0, serial} end
next_serial('beat')
return {1, serial}`,
);

/** Gives the lead back. KEYS fields. ARGV relay's number. */
export const RESIGN = script(
  FIELDS,
  String.raw`
if plain(field('holder')) == ARGV[1] then put('lease', 0) end
return 1`,
);

/**
 * KEYS fields, cursor. ARGV known serial of the cursor.
 * Returns {beat or '', serial or '', cursor or false if known, milliseconds as primary}.
 *
 * A server takes another replication id when it starts and when it is promoted, so what a replica
 * or a dump brings along of 'since' does not count. Where there is none to be had it never changes.
 */
export const LOOK = script(
  FIELDS,
  String.raw`
local info = redis.pcall('INFO', 'replication')
local id = type(info) == 'string' and string.match(info, 'master_replid:' .. string.rep('%x', 12))
local server = tonumber(string.sub(id or '0', -12), 16)
local since = tonumber(field('since') or '0')
if plain(field('server')) ~= plain(server) or since == 0 or since > now then
  put('server', server)
  put('since', now)
  since = now
end
local serial = plain(field('cursor'))
local cursor = false
if serial ~= '' and serial ~= ARGV[1] then cursor = redis.call('GET', KEYS[2]) end
return {plain(field('beat')), serial, cursor, string.format('%.0f', now - since)}`,
);
