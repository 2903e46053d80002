import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CacheEngine,
  CacheKeyInvalidError,
  CachePatternInvalidError,
  RedisStore,
  silentLog,
  systemClock,
} from '@gad/cache';
import { engineOver, openRedisStore } from './fixtures.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(() => server.command('FLUSHDB'));

async function namesInRedis(): Promise<string[]> {
  const reply = await server.command('KEYS', '*');
  return Array.isArray(reply) ? reply.map(String).sort() : [];
}

const LIMITS = { deadlineMs: 2_000, leaseMs: 5_000, waitMs: 10_000, maxValueBytes: 1_000_000 };

async function engineWith(prefix: string, index: 'lex' | 'scan' = 'lex'): Promise<CacheEngine> {
  const store = new RedisStore({ settings: { url: server.url }, prefix, index, log: silentLog });
  await store.open();
  return new CacheEngine({ store, prefix, limits: LIMITS, clock: systemClock, log: silentLog });
}

describe('What a cache touches', () => {
  it('a value is plain JSON under its full key, with its ttl', async () => {
    const cache = await engineWith('gad:');
    await cache.getOrSet('stats:user:2:days:30', () => ({ total: 45 }), { ttl: 300 });
    expect(await server.command('GET', 'gad:stats:user:2:days:30')).toBe('{"total":45}');
    const ttl = await server.command('TTL', 'gad:stats:user:2:days:30');
    expect(ttl).toBeGreaterThan(290);
    expect(ttl).toBeLessThanOrEqual(300);
    await cache.store.close();
  });

  it.each(['lex', 'scan'] as const)(
    'clear() leaves the keys of other applications (%s)',
    async (index) => {
      const foreign = ['ga', 'gad', 'gadget:1', 'other:gad:1', 'session:1'];
      for (const name of foreign) await server.command('SET', name, 'x');
      await server.command('SET', 'gad:old', '1');
      await server.command('HSET', 'gad:hash', 'f', 'v');
      const cache = await engineWith('gad:', index);
      await cache.set('new', 1);
      await server.command('SET', 'gad:written-by-hand-later', '1');
      expect(await cache.clear()).toBe(4);
      const left = await namesInRedis();
      expect(left.filter((name) => !name.startsWith('gad:\0'))).toEqual([...foreign].sort());
      await cache.store.close();
    },
  );

  it('what is no string is loaded past and left as it is', async () => {
    await server.command('HSET', 'gad:hash', 'f', 'v');
    const cache = await engineWith('gad:');
    expect(await cache.getOrSet('hash', () => 1)).toBe(1);
    // Multi-key reads answer nothing for it, as for an absent key.
    expect(await cache.getOrSetMany(['hash'], String, () => [2])).toEqual([2]);
    expect(await cache.begin('hash')).toBeUndefined();
    expect(await server.command('HGET', 'gad:hash', 'f')).toBe('v');
    await cache.store.close();
  });

  it.each(['g[a-z]:', 'a*:', '?', '\\', '{tag}:', 'ñ:', 'x\u0001y:', '^-]'])(
    'a prefix of odd characters (%j) is nothing but a prefix',
    async (prefix) => {
      await server.command('SET', 'gz:k', 'foreign');
      await server.command('SET', 'abc:k', 'foreign');
      for (const index of ['lex', 'scan'] as const) {
        const cache = await engineWith(prefix, index);
        await cache.set('k:1', 1, { ttl: 60 });
        await cache.set('k:2', 2);
        expect(await server.command('GET', `${prefix}k:1`)).toBe('1');
        expect(await cache.deletePattern('k:[1]')).toBe(1);
        expect(await cache.clear()).toBe(1);
        await cache.store.close();
      }
      expect((await namesInRedis()).filter((name) => name.endsWith(':k'))).toEqual([
        'abc:k',
        'gz:k',
      ]);
    },
  );

  it('no key and no pattern reaches the bookkeeping or leaves the prefix', async () => {
    const cache = await engineWith('gad:');
    await cache.set('victim', 1);
    await server.command('SET', 'outside', 'x');
    const sentinel = [expect.stringMatching(/^\0s/)];
    const first = (): Promise<unknown> => server.command('ZRANGE', 'gad:\0index', '0', '0');
    while (!String(await first()).startsWith('\0s')) await cache.get('victim');
    const hostile = fc
      .array(
        fc.constantFrom(
          '*',
          '?',
          '[^a]',
          '[!-~]',
          '\0',
          '\\',
          'index',
          '..',
          '/',
          'gad:',
          '\x01',
          'ñ',
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(hostile, async (input) => {
        for (const call of [cache.deletePattern(input), cache.delete(input), cache.set(input, 1)]) {
          await call.catch((error: unknown) => {
            const refused =
              error instanceof CacheKeyInvalidError || error instanceof CachePatternInvalidError;
            if (!refused) throw error;
          });
        }
        expect(await server.command('GET', 'outside')).toBe('x');
        expect(await first()).toEqual(sentinel);
      }),
      { numRuns: 300 },
    );
    await cache.store.close();
  });

  it.each([
    ['', 'empty'],
    ['a\0b', 'control'],
    ['a\u0085b', 'control'],
    ['a\ud800b', 'surrogate'],
    ['k'.repeat(513), '512'],
    ['ñ'.repeat(257), '512'],
  ])('a key like %j is refused everywhere', async (key, reason) => {
    const cache = engineOver(await openRedisStore(server));
    const calls = [
      () => cache.get(key),
      () => cache.set(key, 1),
      () => cache.getOrSet(key, () => 1),
      () => cache.delete(key),
      () => cache.begin(key),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow(CacheKeyInvalidError);
      await expect(call()).rejects.toThrow(reason);
    }
    await expect(cache.deletePattern(key)).rejects.toThrow(CachePatternInvalidError);
    expect(await namesInRedis()).not.toContain(`gad:${key}`);
    await cache.store.close();
  });

  it('a key of 512 bytes and any printable characters works', async () => {
    const cache = engineOver(await openRedisStore(server));
    for (const key of ['ñ'.repeat(256), '*', '[a-z]?', ' sp ace ', '%2F/..', '__proto__', '😀']) {
      expect(await cache.getOrSet(key, () => key)).toBe(key);
      expect(await cache.get(key)).toBe(key);
      expect(await cache.delete(key)).toBe(1);
    }
    await cache.store.close();
  });
});
