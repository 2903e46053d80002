import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createClient, RESP_TYPES } from 'redis';
import { escapeGlob, Glob } from '@gad/cache/store';
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';

// Few letters, so that patterns match often; every character that a glob reads, ranges' ends on
// both sides of the sign bit, and two-byte letters.
const LETTERS = ['a', 'b', 'c', 'z', ':', '-', '^', ']', '[', '\\', '*', '?', 'ñ', 'ú', '😀'];
const text = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 8 })
  .map((letters) => letters.join(''));
const pattern = fc
  .array(fc.constantFrom(...LETTERS, '*', '*', '?', '[a-z]', '[^b]', '[ñ-ú]', '[', '\\*', 'a'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

let server: RedisServer;
let client: ReturnType<typeof createClient>;
const keys = fc.sample(text, { numRuns: 600, seed: 7 });

beforeAll(async () => {
  server = await startRedis();
  for (const key of keys) await server.command('SET', key, '1');
  client = createClient({ url: server.url });
  await client.connect();
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

describe('A glob', () => {
  it('a glob matches exactly what Redis’s own SCAN MATCH matches', async () => {
    const distinct = [...new Set(keys)].map((key) => Buffer.from(key));
    let matches = 0;
    await fc.assert(
      fc.asyncProperty(pattern, async (source) => {
        const reply = await client.sendCommand(['SCAN', '0', 'MATCH', source, 'COUNT', '100000'], {
          typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer },
        });
        if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw new Error('no SCAN reply');
        const byRedis = reply[1].map(String).sort();
        const glob = new Glob(source);
        const matching = distinct.filter((key) => glob.matches(key));
        matches += byRedis.length;
        expect(matching.map(String).sort()).toEqual(byRedis);
        const literal = glob.literalPrefix;
        const odd = matching.find((key) => !key.subarray(0, literal.length).equals(literal));
        expect(odd).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
    expect(matches).toBeGreaterThan(1_000);
  });

  it('an escaped glob matches only itself', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const glob = new Glob(escapeGlob(one));
        expect(glob.isLiteral).toBe(true);
        expect(glob.matches(Buffer.from(one))).toBe(true);
        expect(glob.matches(Buffer.from(other))).toBe(one === other);
      }),
    );
  });

  it('a glob is matched in linear time, even one on which backtracking explodes', () => {
    const glob = new Glob('*a'.repeat(128) + 'b');
    expect(glob.matches(Buffer.from('a'.repeat(512)))).toBe(false);
  });

  it('a glob knows when it is a plain key and when a plain prefix', () => {
    expect(new Glob('a\\*b')).toMatchObject({ isLiteral: true, isPrefix: false });
    expect(new Glob('a:**')).toMatchObject({ isLiteral: false, isPrefix: true });
    expect(new Glob('a:*x')).toMatchObject({ isLiteral: false, isPrefix: false });
    expect(new Glob('a\\*b').literalPrefix.toString()).toBe('a*b');
  });
});
