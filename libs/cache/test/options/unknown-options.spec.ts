import { describe, expect, it } from '@jest/globals';
import {
  CacheAside,
  CacheInvalidate,
  CacheModule,
  CacheOptionsError,
  createCache,
} from '@gad/cache';
import { inTransaction } from '@gad/cache/transactions';
import type { CacheModuleOptions } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { testCache } from '@gad/cache/testing';

const load = (): number => 1;

/** As a caller without types, or with a cast, would hand them in. */
const untyped = <Options>(options: unknown): Options => options as Options;

describe('Options that would have no effect', () => {
  it.each([
    [{ ttl: 60 }, 'ttl is not an option of the cache: give it to each call, or to @CacheAside.'],
    [{ Prefix: 'a:' }, 'Prefix is not an option of the cache: it is called prefix.'],
    [{ log: {} }, 'log is not an option of the cache: it is called invalidationLog.'],
    [{ userOf: load }, 'userOf is not an option of the cache; there are redis, store, prefix,'],
    [{ compression: true }, 'The options of compression must be an object, not a boolean true'],
    [{ compression: { level: 9 } }, 'level is not an option of compression'],
    [{ local: true }, 'The options of local must be an object, not a boolean true.'],
    [{ local: { ttl: 5 } }, 'ttl is not an option of local; there are maxEntries,'],
    [{ serializer: {} }, 'serializer.name must be 1 to 15 lower-case letters'],
    [{ serializer: { name: 'x' } }, 'serializer must have the functions serialize and'],
    ['redis://localhost', 'The options of the cache must be an object, not a string.'],
    [null, 'The options of the cache must be an object, not null.'],
  ])('options that would have no effect are refused by createCache: %j', (options, sentence) => {
    const make = (): unknown => createCache(untyped<CacheModuleOptions>(options), silentLog);
    expect(make).toThrow(CacheOptionsError);
    expect(make).toThrow(sentence);
  });

  it.each([
    [{ TTL: 60 }, 'TTL is not an option of a read: it is called ttl.'],
    [{ staleFor: 60 }, 'staleFor is not an option of a read: it is called staleWhileRevalidate.'],
    [{ ttl: 60, scope: 'user' }, 'scope is not an option of a read; there are ttl, jitter,'],
    [300, 'The options of a read must be an object, not a number 300.'],
    [{ ttl: 60, softTimeout: 1 }, 'softTimeout needs staleIfError'],
  ])(
    'options that would have no effect are refused by each read, hits too: %j',
    async (options, sentence) => {
      const { cache } = testCache();
      await cache.set('k', 1);
      const wrong = untyped<object>(options);
      await expect(cache.getOrSet('k', load, wrong)).rejects.toThrow(sentence);
      await expect(cache.getOrSetEntry('k', load, wrong)).rejects.toThrow(sentence);
    },
  );

  it('options that would have no effect are refused by set, setMany and getOrSetMany', async () => {
    const { cache } = testCache();
    const wrong = untyped<object>({ TTL: 60 });
    await expect(cache.set('k', 1, wrong)).rejects.toThrow('TTL is not an option of set');
    await expect(cache.set('k', 1, untyped<object>(300))).rejects.toThrow('not a number 300');
    const pairs = [{ key: 'k', value: 1 }];
    await expect(cache.setMany(pairs, wrong)).rejects.toThrow('TTL is not an option of set');
    const many = cache.getOrSetMany([1], String, (ids) => ids, wrong);
    await expect(many).rejects.toThrow('TTL is not an option of getOrSetMany: it is called ttl.');
    expect(await cache.get('k')).toBeUndefined();
  });

  it.each([
    [{ TTL: 60 }, 'TTL is not an option of @CacheAside: it is called ttl.'],
    [{ rawJson: true }, 'rawJson is not an option of @CacheAside without a scope'],
    [{ scope: 'shared', keys: load }, 'keys is not an option of @CacheAside; there are'],
    [{ softTimeout: 1 }, 'softTimeout needs staleIfError'],
  ])(
    'options that would have no effect are refused where a method is decorated: %j',
    (options, sentence) => {
      const given = untyped<{ key: () => string }>({ key: () => 'k', ...options });
      expect(() => CacheAside(given)).toThrow(sentence);
    },
  );

  it('options that would have no effect are refused by @CacheInvalidate', () => {
    const given = untyped<{ patterns: string[] }>({ patterns: ['k'], when: 'later' });
    expect(() => CacheInvalidate(given)).toThrow('when is not an option of @CacheInvalidate');
  });

  it.each<[unknown, string]>([
    [{ name: '' }, "name must be a text that is not empty, not ''."],
    [{ isGlobal: 1 }, 'isGlobal must be true or false, not 1.'],
    [{ TTL: 1 }, 'TTL is not an option of the cache; there are'],
    [{ ttl: 1 }, 'ttl is not an option of the cache: give it to each call'],
  ])('forRoot refuses wrong options where it is called: %j', (options, sentence) => {
    expect(() => CacheModule.forRoot(untyped<object>(options))).toThrow(sentence);
  });

  it('transactions refuse wrong options', async () => {
    const wrong = untyped<object>({ inside: true });
    await expect(inTransaction((body) => body(), load, wrong)).rejects.toThrow(
      'inside must be a function, not true.',
    );
  });
});
