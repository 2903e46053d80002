import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CacheKeyInvalidError, CachePatternInvalidError, CacheService } from '@gad/cache';
import { CacheEngine, RedisStore, silentLog, systemClock } from '@gad/cache/store';
import { engineOver, openRedisStore } from '../support/fixtures.js';
import { redisForTests } from '../support/redis-server.js';

const server = redisForTests();
beforeEach(() => server.command('FLUSHDB'));

async function namesInRedis(): Promise<string[]> {
  const reply = await server.command('KEYS', '*');
  return Array.isArray(reply) ? reply.map(String).sort() : [];
}

/** Wildcards, names of bookkeeping, ways out of folders and of text: what a hostile caller sends. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['*', '*', '?', '[^a]', '[!-~]', '[', ']', '\\', '^', '-', '{', '}', 'ñ', '\ud800'],
        ...['\0', '\0index', '\0cursor', '\0own:', '\0refresh:', 'index', 'cursor', 'own:rate:1'],
        ...['gad:', 'gad;', 'ga', '..', '/', '\x01', '\x7f', '\x85', '\r\n', 'stats:', '1'],
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const LIMITS = { deadlineMs: 2_000, leaseMs: 5_000, leaseWaitMs: 10_000, maxValueBytes: 1_000_000 };

async function engineWith(prefix: string, index: 'lex' | 'scan' = 'lex'): Promise<CacheEngine> {
  const store = new RedisStore({ settings: { url: server.url }, prefix, index, logger: silentLog });
  await store.open();
  return new CacheEngine({ store, prefix, limits: LIMITS, clock: systemClock, logger: silentLog });
}

/** What a call answers, or `undefined` when it refuses its key or pattern. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  return call.catch((error: unknown) => {
    const known = [CacheKeyInvalidError, CachePatternInvalidError];
    if (known.some((kind) => error instanceof kind)) return undefined;
    throw error;
  });
}

/** Hands a text to all that takes a key or a pattern, but for removals; the keys that it showed. */
async function everythingAbout(cache: CacheService, input: string): Promise<string[]> {
  const looks = [
    () => cache.get(input),
    () => cache.getMany([input]),
    () => cache.ttl(input),
    () => cache.exists(input),
    () => cache.inspect(input),
  ];
  for (const look of looks)
    expect([undefined, false, [undefined]]).toContainEqual(await unlessRefused(look()));
  const lists = [
    await unlessRefused(cache.listKeys({ pattern: input })),
    await unlessRefused(cache.listKeys({ cursor: input })),
  ];
  const counted = await unlessRefused(cache.countMatching(input, { sample: 100 }));
  const writes = [
    () => cache.acquireLease(input),
    () => cache.set(input, 'x'.repeat(input.length % 2 === 0 ? 1 : 10_000)),
    () => cache.setMany([{ key: input, value: 1 }]),
    () => cache.getOrSet(`${input}~`, () => 1, { ttl: 60, staleWhileRevalidate: 60 }),
    () => cache.getOrSetMany([input], String, () => [1]),
  ];
  for (const write of writes) await unlessRefused<unknown>(write());
  await unlessRefused(cache.delete(`${input}~`));
  return [
    ...lists.flatMap((list) => list?.items.map(({ key }) => key) ?? []),
    ...(counted?.sample ?? []),
  ];
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

  it('a key that holds no string is loaded past and left as it is', async () => {
    await server.command('HSET', 'gad:hash', 'f', 'v');
    const cache = await engineWith('gad:');
    expect(await cache.getOrSet('hash', () => 1)).toBe(1);
    // Multi-key reads answer nothing for it, as for an absent key.
    expect(await cache.getOrSetMany(['hash'], String, () => [2])).toEqual([2]);
    expect(await cache.acquireLease('hash')).toBeUndefined();
    expect(await server.command('HGET', 'gad:hash', 'f')).toBe('v');
    await cache.store.close();
  });

  it.each(['g[a-z]:', 'a*:', '?', '\\', '{tag}:', 'ñ:', 'x\u0001y:', '^-]'])(
    'a prefix of odd characters (%j) is taken literally',
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

  it.each(['lex', 'scan'] as const)(
    'no key and no pattern reaches the bookkeeping or leaves the prefix (%s)',
    async (index) => {
      const bounds = { deadlineMs: 2_000, removalTimeoutMs: 2_000, logLevel: 'off' } as const;
      const cache = new CacheService({
        ...{ redis: { url: server.url }, prefix: 'gad:', index },
        ...bounds,
      });
      await cache.onModuleInit();
      // Of others, whose names are almost ours; and of our own, which are no values.
      const foreign = [
        'ga',
        'gad',
        'gadget:1',
        'GAD:1',
        'gad;',
        'x:gad:1',
        '\0index',
        'index',
        '*',
      ];
      const kept = ['cursor', 'relay', 'own:rate:1', 'refresh:none', 'staged:1'];
      const planted = [...foreign, ...kept.map((name) => `gad:\0${name}`)];
      for (const name of planted) await server.command('SET', name, 'planted');
      let removed = 0;
      await fc.assert(
        fc.asyncProperty(hostile, async (input) => {
          await cache.set('stats:victim', 1);
          const seen = await everythingAbout(cache, input);
          expect(seen.filter((key) => key !== input && key !== 'stats:victim')).toEqual([]);
          removed += (await unlessRefused(cache.deletePattern(input))) ?? 0;
          await unlessRefused(cache.invalidate([input]));
          await unlessRefused(cache.delete(input));
          expect(await server.command('MGET', ...planted)).toEqual(planted.map(() => 'planted'));
          const others = (await namesInRedis()).filter((name) => !planted.includes(name));
          const index = others.filter((name) => name !== 'gad:stats:victim');
          expect(index.filter((name) => !/^gad:\0(?:index$|board:)/.test(name))).toEqual([]);
        }),
        { numRuns: 300 },
      );
      // Wildcards did remove, and removing everything leaves what is no value as well.
      expect(removed).toBeGreaterThan(20);
      await cache.clear();
      expect(await server.command('MGET', ...planted)).toEqual(planted.map(() => 'planted'));
      await cache.onApplicationShutdown();
    },
  );

  it.each([
    ['', 'empty'],
    ['a\0b', 'control'],
    ['a\u0085b', 'control'],
    ['a\ud800b', 'surrogate'],
    ['k'.repeat(513), '512'],
    ['ñ'.repeat(257), '512'],
  ])('a key like %j is refused by every method', async (key, reason) => {
    const cache = engineOver(await openRedisStore(server));
    const calls = [
      () => cache.get(key),
      () => cache.set(key, 1),
      () => cache.getOrSet(key, () => 1),
      () => cache.delete(key),
      () => cache.acquireLease(key),
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
