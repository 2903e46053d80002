import { Controller, Get, Param, Req } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CacheAside,
  CacheKeyInvalidError,
  CacheService,
  cacheKey,
  cachePattern,
  userPattern,
} from '@gad/cache';
import { Glob } from '@gad/cache/store';
import { encodeSegment } from '../../src/keys/cache-key.js';
import type { Subject } from '@gad/cache';
import type { KeySegment } from '../../src/keys/cache-key.js';
import { isKnown, privateKey } from '../../src/nest/private-keys.js';
import { redisForTests } from '../support/redis-server.js';
import type { RunningApp, TestRequest } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

const segment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom('~', 'u', 's', 'e', 'r', ':', ',', '*', '%', '1'),
    maxLength: 9,
  }),
  fc.integer(),
  fc.boolean(),
);
const subject: fc.Arbitrary<Subject> = fc.oneof(
  segment,
  fc.array(segment, { minLength: 1, maxLength: 3 }),
);
const caller = subject.filter(isKnown);
const key = fc.tuple(segment, segment).map(([a, b]) => cacheKey`${a}:k:${b}`);
const kind = fc.constantFrom('user' as const, 'vary' as const);

/** A subject as text: `1` and `'1'` are one, because a key is text. */
const written = (of: Subject): string =>
  JSON.stringify(
    (typeof of === 'object' ? of : [of]).map((part: KeySegment) => encodeSegment(part)),
  );

describe('The names of private entries', () => {
  it('private names are different for different subjects, keys and kinds', () => {
    fc.assert(
      fc.property(kind, kind, subject, subject, key, key, (k1, k2, s1, s2, key1, key2) => {
        const same = k1 === k2 && written(s1) === written(s2) && key1 === key2;
        expect(privateKey(k1, s1, key1) === privateKey(k2, s2, key2)).toBe(same);
        const [both1, both2] = [
          privateKey('user', s1, privateKey('vary', s2, key1)),
          privateKey('user', s2, key2),
        ];
        expect(both1).not.toBe(both2);
      }),
    );
  });

  it('private names are matched by the pattern of their user, and by that of no other', () => {
    fc.assert(
      fc.property(caller, caller, key, (one, other, name) => {
        const full = Buffer.from(privateKey('user', one, name));
        const same = written(one) === written(other);
        expect(new Glob(userPattern(one)).matches(full)).toBe(true);
        expect(new Glob(userPattern(other)).matches(full)).toBe(same);
        expect(new Glob(userPattern(other, name)).matches(full)).toBe(same);
        expect(new Glob(cachePattern`user:*`).matches(full)).toBe(false);
      }),
    );
  });

  it('private names cannot be written by an application, which can write every other name', async () => {
    const cache = new CacheService({ logLevel: 'off' });
    const writes = (name: string): Promise<unknown>[] => [
      cache.set(name, 1),
      cache.setMany([{ key: name, value: 1 }]),
      cache.getOrSet(name, () => 1),
      cache.getOrSet(name, () => 1, { local: 1 }),
      cache.getOrSetEntry(name, () => 1),
      cache.getOrSetMany(
        [1],
        () => name,
        (ids) => Promise.resolve(ids),
      ),
      cache.acquireLease(name),
    ];
    const outcomes = async (name: string): Promise<unknown[]> =>
      (await Promise.allSettled(writes(name))).map((one) =>
        one.status === 'rejected' ? one.reason instanceof CacheKeyInvalidError : 'done',
      );
    await fc.assert(
      fc.asyncProperty(kind, subject, key, async (k, of, name) => {
        const full = privateKey(k, of, name);
        fc.pre(Buffer.byteLength(full) <= 512);
        expect(new Set(await outcomes(full))).toEqual(new Set([true]));
        expect(new Set(await outcomes(name))).toEqual(new Set(['done']));
        expect(new Set(await outcomes(full.slice(1)))).toEqual(new Set(['done']));
      }),
      { numRuns: 50 },
    );
  });
});

@Controller()
class Copied {
  @Get('copied')
  @CacheAside({ scope: 'user', key: () => cacheKey`copied`, ttl: 60, local: 60 })
  own(): unknown {
    return { private: true };
  }
}

it('a private entry with a copy in memory is not given to a reader of its name', async () => {
  const running = await startApp({
    controllers: [Copied],
    options: { userOf: () => 7, redis: { url: server.url }, prefix: 'copied:', local: {} },
  });
  const { cache, get } = running;
  // Copies are kept once the process receives removals.
  while ((await cache.getStats()).local.copies?.hits === 0) await get('/copied');
  await expect(cache.getOrSet('~user:7:copied', () => 1, { local: 60 })).rejects.toThrow(/private/);
  await running.close();
});

@Controller()
class Profiles {
  @Get('me/profile')
  @CacheAside({ scope: 'user', key: () => cacheKey`profile`, ttl: 60 })
  own(@Req() request: TestRequest): unknown {
    return { email: `${request.headers['x-user'] ?? ''}@home` };
  }

  @Get('users/:id/profile')
  @CacheAside({
    scope: 'shared',
    key: ({ params }) => cacheKey`user:${params['id'] ?? ''}:profile`,
    ttl: 60,
  })
  shown(@Param('id') id: string): unknown {
    return { id };
  }

  @Get('odd')
  @CacheAside({ scope: 'shared', key: () => cacheKey`~user:${7}:profile` })
  odd(): unknown {
    return { odd: true };
  }
}

const server = redisForTests();

const cases = PLATFORMS.flatMap((platform) =>
  (['memory', 'Redis'] as const).map((store) => ({ platform, store })),
);

describe.each(cases)('Private entries, $platform, $store:', ({ platform, store }) => {
  let running: RunningApp;
  const start = async (): Promise<RunningApp> => {
    running = await startApp({
      platform,
      controllers: [Profiles],
      options: {
        userOf: (context) => context.switchToHttp().getRequest<TestRequest>().headers['x-user'],
        ...(store === 'Redis' && { prefix: 'gad:', redis: { url: server.url } }),
      },
    });
    await running.cache.clear();
    return running;
  };
  afterEach(() => running.close());

  it('private entries are never the answer of a public route of the same name', async () => {
    const { get } = await start();
    expect((await get('/me/profile', '7')).text).toBe('{"email":"7@home"}');
    expect((await get('/users/7/profile')).text).toBe('{"id":"7"}');
    // A public route with such a key is answered without the cache.
    expect((await get('/odd', '7')).text).toBe('{"odd":true}');
    expect((await get('/me/profile', '7')).text).toBe('{"email":"7@home"}');
  });

  it('private entries are listed, counted, opened and removed like others, a user’s all together', async () => {
    const { get, cache } = await start();
    await get('/me/profile', '7');
    await get('/me/profile', '70');
    await get('/users/7/profile');
    const listed = (await cache.listKeys({ pattern: '*' })).items.map((one) => one.key);
    expect(listed).toEqual(['user:7:profile', '~user:70:profile', '~user:7:profile']);
    expect((await cache.inspect('~user:7:profile'))?.value).toEqual({ email: '7@home' });
    expect(await cache.exists('~user:7:profile')).toBe(true);
    expect(await cache.ttl('~user:7:profile')).toBe(60);
    expect(await cache.deletePattern(userPattern('7'))).toBe(1);
    expect(await cache.exists('~user:70:profile')).toBe(true);
    expect(await cache.exists('user:7:profile')).toBe(true);
    expect(await cache.delete('~user:70:profile')).toBe(1);
    await get('/me/profile', '7');
    expect(await cache.deletePattern('*')).toBe(2);
  });
});
