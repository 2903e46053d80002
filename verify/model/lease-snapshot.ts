import type { Parts } from './parts.js';
import { PREFIX } from './parts.js';
import type { Wires } from './wires.js';

/** A key as `DUMP` gives it. */
export interface DumpedKey {
  readonly name: string;
  readonly dump: Buffer;
}

/**
 * In one step, or what was a lease when it was looked at may be a value when it is dumped: a
 * restored value is older than leases can detect.
 *
 * ARGV prefix. Returns {name, dump, …}.
 */
const LEASES = String.raw`
local found = {}
for _, name in ipairs(redis.call('KEYS', ARGV[1] .. '[^\000]*')) do
  if redis.call('GETRANGE', name, 0, 0) == '\001' then
    found[#found + 1] = name
    found[#found + 1] = redis.call('DUMP', name)
  end
end
return found`;

/** As `LEASES`, with all that is under one prefix. */
const EVERYTHING = String.raw`
local found = {}
for _, name in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  found[#found + 1] = name
  found[#found + 1] = redis.call('DUMP', name)
end
return found`;

/** The leases that stand now, or everything. */
export async function dumpOf(
  { wires, parts }: { readonly wires: Wires; readonly parts: Parts },
  what: 'leases' | 'everything',
): Promise<DumpedKey[]> {
  const prefixes = parts.all.map(({ prefix }) => prefix);
  const found = await (what === 'leases'
    ? wires.binaryCommand('EVAL', LEASES, '0', ...prefixes)
    : wires.binaryCommand('EVAL', EVERYTHING, '0', PREFIX));
  const words = Array.isArray(found) ? found.filter((word) => Buffer.isBuffer(word)) : [];
  return words.flatMap((dump, at) => {
    const name = at % 2 === 1 ? words[at - 1] : undefined;
    return name === undefined ? [] : [{ name: name.toString(), dump }];
  });
}

/** Brings them back, as an old snapshot of the server would. */
export async function restore(wires: Wires, keys: readonly DumpedKey[]): Promise<void> {
  for (const { name, dump } of keys) {
    await wires.binaryCommand('RESTORE', name, '60000', dump, 'REPLACE');
  }
}
