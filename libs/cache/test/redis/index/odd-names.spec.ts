import { describe, expect, it } from '@jest/globals';
import { CacheOptionsError } from '@gad/cache';
import { MemoryStore } from '@gad/cache/store';
import { createClient } from 'redis';
import { Inspection } from '../../../src/engine/inspection.js';
import { engineOver, openRedisStore } from '../../support/fixtures.js';
import { redisForTests } from '../../support/redis-server.js';

const server = redisForTests();

/** Names under the prefix that no key can have, by where they sort. */
const ODD = [
  Buffer.from('\x01control'),
  Buffer.from('k:\ttab'),
  Buffer.from('k:caf\xe9', 'latin1'),
  Buffer.from([0x6b, 0x3a, 0xff, 0xff]),
  Buffer.from('k:\xc3', 'latin1'),
  Buffer.from(`k:${'x'.repeat(600)}`),
  Buffer.from([0xff]),
  Buffer.from([0xef, 0xbf, 0xff, 0x00]),
];
const CLEAN = ['k:1', 'k:2', 'k:ñ', 'k:🦤', 'z'];

describe.each(['lex', 'scan'] as const)(
  'Names that cannot be keys, with the index %s:',
  (index) => {
    async function prepared() {
      await server.command('FLUSHALL');
      const client = await createClient({ url: server.url }).connect();
      for (const name of ODD)
        await client.set(Buffer.concat([Buffer.from('gad:'), name]), 'theirs');
      await client.close();
      const store = await openRedisStore(server, { index });
      const cache = engineOver(store);
      for (const key of CLEAN) await cache.set(key, 1);
      return { store, cache, look: new Inspection(cache) };
    }

    it.each([1, 2, 3, 100])(
      'a listing by pages of %d passes over invalid names, and ends',
      async (limit) => {
        const { store, look } = await prepared();
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let page = 0; page < 20; page++) {
          const { items, nextCursor } = await look.list({ limit, ...(cursor && { cursor }) });
          seen.push(...items.map(({ key }) => key));
          if (nextCursor === null) break;
          cursor = nextCursor;
        }
        expect(seen).toEqual(CLEAN);
        await store.close();
      },
    );

    it('counts end, and count the names that are valid keys', async () => {
      const { store, look } = await prepared();
      expect(await look.count('k:*', { sample: 10 })).toEqual({
        matched: 4,
        atLeast: false,
        sample: CLEAN.slice(0, 4),
      });
      expect((await look.count('*', { sample: 10 })).matched).toBe(5);
      expect(await store.statistics()).toMatchObject({ keys: 5 });
      await store.close();
    });

    it('removals remove invalid names as well', async () => {
      const { store, cache } = await prepared();
      expect(await cache.deletePattern('k:*')).toBe(4 + 5);
      expect(await cache.clear()).toBe(1 + 3);
      expect(await server.command('KEYS', 'gad:[^\0]*')).toEqual([]);
      await store.close();
    });
  },
);

it.each([0, -1, 1.5, NaN, Infinity])('a listing by pages of %d is refused', async (limit) => {
  const look = new Inspection(engineOver(new MemoryStore()));
  await expect(look.list({ limit })).rejects.toThrow(CacheOptionsError);
});
