import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import type { ScriptHeader } from './lua/script-header.js';
import { faultsOfHeader, readHeader } from './lua/script-header.js';
import {
  COMPILED,
  compiledModule,
  constantName,
  parse,
  readIncludes,
  readScripts,
} from './lua/compile-scripts.js';
import * as compiled from '../libs/cache/src/store/redis/scripts/compiled-scripts.js';

const scripts = readScripts();
const named = scripts.map((script) => [script.name, script] as const);

/** What Redis gives to a script, and the parts of Lua's library that the scripts use. */
const GLOBALS = new Set([
  ...['redis', 'KEYS', 'ARGV', 'ipairs', 'math', 'next', 'pairs', 'string', 'table', 'tonumber'],
  ...['type', 'unpack', 'cjson'],
]);

describe('The Lua scripts of the Redis store', () => {
  it('the Lua scripts of the Redis store are compiled: after a change run `npm run generate:lua`', () => {
    expect(scripts.length).toBeGreaterThan(20);
    expect(readFileSync(COMPILED, 'utf8')).toBe(compiledModule(scripts));
  });

  it('each include is used by a script', () => {
    for (const { name, text } of readIncludes()) {
      const code = text.slice(text.search(/^(?!--)/m)).trim();
      expect([name, scripts.some(({ expanded }) => expanded.includes(code))]).toEqual([name, true]);
    }
  });

  it.each(named)('%s has the header that it needs', (_, { text, expanded }) => {
    expect(faultsOfHeader(readHeader(text), expanded)).toEqual([]);
  });

  it.each(named)('%s uses no global but those of Redis', (_, { source }) => {
    const { globals = [] } = parse(source) as unknown as { globals?: { name: string }[] };
    expect(globals.map(({ name }) => name).filter((name) => !GLOBALS.has(name))).toEqual([]);
  });

  it.each(named)('%s declares no local that it does not use', (_, { source }) => {
    const declared = [...source.matchAll(/^local (?:function )?(\w+)/gm)].map(([, name]) => name);
    const unused = declared.filter(
      (name) => source.split(/\W+/).filter((w) => w === name).length < 2,
    );
    expect(unused).toEqual([]);
  });

  describe('sent to a server', () => {
    const client = createClient({ url: process.env['TEST_REDIS_URL'] ?? '' });
    beforeAll(() => client.connect());
    afterAll(() => client.close());

    it.each(named)('%s compiles and has the digest that is asked for', async (name, { source }) => {
      const { sha1 } = compiled[constantName(name) as keyof typeof compiled];
      expect(await client.scriptLoad(source)).toBe(sha1);
    });
  });
});

describe('The check of headers', () => {
  const text = [
    '-- Adds.',
    '--',
    '-- KEYS[1]   data key',
    '-- KEYS[2]?  staged value',
    '-- ARGV[1..] members',
    '-- Returns   how many',
    '-- Cost      O(k)',
  ];
  const code = 'for i = 1, #ARGV do redis.call("SADD", KEYS[1], KEYS[2], ARGV[i]) end';

  it('the check of headers passes one that says everything', () => {
    expect(faultsOfHeader(readHeader(text.join('\n')), code)).toEqual([]);
  });

  it.each([
    ['no purpose', 0],
    ['no word of a key that is used', 2],
    ['no word of the operands', 4],
    ['no word of what is returned', 5],
    ['no cost', 6],
  ])('the check of headers catches one with %s', (_, line) => {
    const lacking: ScriptHeader = readHeader(text.filter((_, at) => at !== line).join('\n'));
    expect(faultsOfHeader(lacking, code)).toHaveLength(1);
  });

  it('the check of headers catches one that documents an operand that is not used', () => {
    const header = readHeader([...text, '-- KEYS[3]  another'].join('\n'));
    expect(faultsOfHeader(header, code)).toEqual(['KEYS[3] is documented and not used']);
  });
});
