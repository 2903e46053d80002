import { createHash } from 'node:crypto';

/** A Lua script with the digest by which the server knows it. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/**
 * Makes a script of its parts.
 *
 * None of ours carries a `#!lua` line: with one, and without the `allow-oom` flag, a full server
 * refuses the whole script, removals included. Without it only the single commands that need
 * memory fail, and removals need none.
 */
export function script(...parts: string[]): Script {
  const source = parts.join('\n');
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/**
 * `lease_head(key)`: the header if the key holds a lease, else `false`.
 *
 * A lease has a fixed length, so its absence is usually told by the length alone. `SETRANGE` of
 * nothing returns the length, changes nothing and — unlike `STRLEN` or `GETRANGE` — does not count
 * as a keyspace hit or miss, which people watch. On a full server it fails and is done without.
 */
export const LEASE_HEAD = String.raw`
local function lease_head(key)
  local size = redis.pcall('SETRANGE', key, 0, '')
  if type(size) == 'number' and size ~= 37 then return false end
  local head = redis.pcall('GETRANGE', key, 0, 36)
  if type(head) == 'string' and string.byte(head) == 1 then return head end
  return false
end
local function awaited(head) return string.sub(head, 2, 2) == '1' end`;

/**
 * `memory_of(key)`: the bytes that a key takes, `false` when it is absent, `nil` where the server
 * forbids the question. The only way to ask that neither counts as a keyspace hit or miss nor renews
 * the key's place in the order of eviction: what looks after the index must not look like use.
 * `is_absent(key)` falls back on `SETRANGE` of nothing, which does renew it.
 */
export const IS_ABSENT = String.raw`
local function memory_of(key)
  local used = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '1')
  if type(used) == 'table' then return nil end
  return used
end
local function is_absent(key)
  local used = memory_of(key)
  if used == nil then return redis.pcall('SETRANGE', key, 0, '') == 0 end
  return not used
end`;

/**
 * `index_add(index, member, prefix, probes)`: adds a member and, when it is new, looks at some
 * others at random, dropping the dead among them. With four probes per addition on average at most
 * a quarter of a growing index is dead; keys that expire without additions are left to the sweeper.
 * The caller bundles the probes (32 at every eighth addition), because each look into the index
 * counts as a keyspace hit.
 */
export const INDEX_ADD = String.raw`
local function index_add(index, member, prefix, probes)
  if redis.call('ZADD', index, 0, member) == 0 or probes == '0' then return end
  for _, other in ipairs(redis.call('ZRANDMEMBER', index, probes)) do
    if string.byte(other) ~= 0 and is_absent(prefix .. other) then
      redis.call('ZREM', index, other)
    end
  end
end`;

/**
 * `put(key, staged, ttl, value)`: stores a value for `ttl` milliseconds, or without end for `''`.
 * `false` when it should come from the key `staged` and that is gone.
 *
 * A large value is staged by a plain SET before the script and renamed here: pushed through Lua, a
 * megabyte blocks the server for milliseconds.
 */
export const PUT = String.raw`
local function put(key, staged, ttl, value)
  if staged then
    local kept
    if ttl == '' then kept = redis.call('PERSIST', staged)
    else kept = redis.call('PEXPIRE', staged, ttl) end
    if kept == 0 then return false end
    redis.call('RENAME', staged, key)
  elseif ttl == '' then
    redis.call('SET', key, value)
  else
    redis.call('SET', key, value, 'PX', ttl)
  end
  return true
end`;
