import { describe, expect, it } from '@jest/globals';
import type { NestCacheOptions } from '@gad/cache';
import { CacheModule, CacheOptionsError, CacheService, createCache } from '@gad/cache';
import { inTransaction, invalidateAfterCommit } from '@gad/cache/transactions';
import { MemoryStore, RedisStore, silentLog } from '@gad/cache/store';
import { testCache } from '@gad/cache/testing';
import { NEST_CACHE_OPTIONS } from '../../src/nest/nest-cache-options.js';
import { READ_OPTIONS } from '../../src/values/get-or-set-options.js';

type Case = readonly [options: unknown, sentence: string];

/** As a caller without types, or with a cast, would hand them in. */
const untyped = <T>(given: unknown): T => given as T;
const load = (): number => 1;
const OWN = { name: 'own', serialize: load, deserialize: load };
const redis = 'redis://localhost';
const log = { open: load, close: load, read: load, now: load, includes: load };
const redisStore = new RedisStore({ settings: { url: redis }, prefix: 'a:', logger: silentLog });
const timed = (option: string): Case[] =>
  [null, '5', 0, -1, NaN, Infinity].map((value) => [
    { [option]: value },
    `${option} must be a number above 0`,
  ]);
const counted = (option: string): Case[] =>
  [null, '5', 0, 1.5, NaN].map((value) => [
    { [option]: value },
    `${option} must be a whole number above 0`,
  ]);

/** By option, what is refused of it: another kind, and combinations that make no sense. */
const OF_THE_CACHE: Readonly<Record<string, readonly Case[]>> = {
  redis: [
    [{ redis: null }, 'redis must be an object such as'],
    [{ redis: 6379 }, 'redis must be an object such as'],
    [{ redis: 'localhost:6379' }, 'redis.url must be a URL such as'],
    [{ redis: { host: 'h', port: 1 } }, 'host is not an option of redis: redis.url has it'],
    [{ redis: { url: undefined, pasword: '' } }, 'pasword is not an option of redis; there are'],
    [{ redis: { url: redis, password: 's' } }, 'redis.password goes with redis.sentinels only'],
    [{ redis: { url: redis, database: 3 } }, 'redis.database goes with redis.sentinels only'],
    [{ redis: { url: redis, tls: true } }, 'redis.tls goes with redis.sentinels only'],
  ],
  store: [
    [{ store: null }, "store must be 'memory' or an object with the functions of a CacheStore"],
    [{ store: 'redis' }, "store must be 'memory' or an object"],
    [{ store: {} }, "store must be 'memory' or an object"],
    [{ store: 'memory', redis, prefix: 'a:' }, 'store and redis are both set: keep one of them.'],
    [{ store: new MemoryStore(), redis, prefix: 'a:' }, 'store and redis are both set'],
  ],
  prefix: [
    [{ prefix: '' }, "prefix must be a text that is not empty, not ''."],
    [{ prefix: null }, 'prefix must be a text that is not empty, not null.'],
    [{ prefix: 7 }, 'prefix must be a text'],
    [{ prefix: 'x'.repeat(129) }, 'prefix must be at most 128 bytes of valid text.'],
    [
      { redis },
      'prefix must be given with redis, because other programs may use the same database',
    ],
    [{ redis: { url: redis } }, "choose one of your own, such as prefix: 'shop:'."],
    [
      { store: redisStore, prefix: 'b:' },
      "prefix must be that of the store, 'a:', or be left out.",
    ],
  ],
  deadlineMs: timed('deadlineMs'),
  leaseMs: timed('leaseMs'),
  leaseWaitMs: timed('leaseWaitMs'),
  removalTimeoutMs: timed('removalTimeoutMs'),
  maxEntries: counted('maxEntries'),
  maxBytes: counted('maxBytes'),
  maxValueBytes: counted('maxValueBytes'),
  compression: [
    [{ compression: null }, 'The options of compression must be an object, not null.'],
    [{ compression: 'on' }, 'The options of compression must be an object, not a string.'],
    [{ compression: { threshold: null } }, 'compression.threshold must be a whole number above 0'],
    [{ compression: { codec: null } }, "compression.codec must be 'deflate' or 'br' or 'zstd'"],
  ],
  serializer: [
    [{ serializer: null }, 'serializer.name must be 1 to 15 lower-case letters'],
    [{ serializer: load }, 'serializer must have the functions serialize and deserialize.'],
    [{ serializer: { name: 'x', encoding: 'utf8' } }, "serializer.encoding must be 'bytes' or"],
    [{ serializer: { name: 'x', serialize: load } }, 'serializer must have the functions'],
  ],
  strictValues: [
    [{ strictValues: 'yes' }, "strictValues must be true or false, not 'yes'."],
    [{ strictValues: true, serializer: OWN }, 'with another serializer leave it out.'],
  ],
  index: [
    [{ index: null }, "index must be 'lex' or 'scan', not null."],
    [{ index: true }, "index must be 'lex' or 'scan', not true."],
  ],
  places: [
    [{ places: null }, "places must be a list such as ['stats:user:*']."],
    [{ places: ['a:{b}'] }, 'each of places must have no braces'],
    [{ places: ['a:b*'] }, 'each of places must have * as a whole segment between colons'],
  ],
  invalidationLog: [
    [{ invalidationLog: true }, 'invalidationLog must be an object with the functions open, close'],
    [{ invalidationLog: log }, 'isSoleInstance, onAppend'],
  ],
  consistency: [
    [{ consistency: 'eventual' }, "consistency must be 'strict' or 'bounded', not 'eventual'."],
    [{ consistency: 'bounded' }, 'consistency needs invalidationLog'],
  ],
  local: [
    [{ local: null }, 'The options of local must be an object, not null.'],
    [{ local: 5 }, 'The options of local must be an object, not a number 5.'],
    [{ local: { barrier: 'stats:' } }, 'local.barrier must be true, false or a list of key'],
    [{ local: { barrier: [7] } }, 'local.barrier must be true, false or a list of key'],
    [{ local: { barrier: null } }, 'local.barrier must be true, false or a list of key'],
    [{ local: { maxBytes: null } }, 'local.maxBytes must be a whole number above 0'],
    [{ local: { staleBoundMs: '500' } }, 'local.staleBoundMs must be between 50 and 60000'],
  ],
  lintKeys: [[{ lintKeys: 'yes' }, "lintKeys must be true or false, not 'yes'."]],
  analytics: [[{ analytics: 'no' }, "analytics must be true or false, not 'no'."]],
  warming: [[{ warming: 'no' }, "warming must be true or false, not 'no'."]],
  logLevel: [[{ logLevel: 'warn' }, "logLevel must be 'debug' or 'log' or 'off', not 'warn'."]],
  userOf: [[{ userOf: 'sub' }, "userOf must be a function, not 'sub'."]],
  enabled: [[{ enabled: 'false' }, "enabled must be true or false, not 'false'."]],
};

const ranges = (option: string, ...values: unknown[]): Case[] =>
  values.map((value) => [{ ttl: 9, [option]: value }, `${option} must be `]);
const needsTtl = (option: string, value: unknown): Case => [
  { [option]: value },
  `${option} needs ttl, because a value without a ttl is fresh until it is invalidated: give ttl too, or leave ${option} out.`,
];

const OF_A_READ: Readonly<Record<string, readonly Case[]>> = {
  ttl: ranges('ttl', null, '60', 0, -1, NaN, 1e9),
  jitter: [...ranges('jitter', null, '0.1', -1, 2, NaN), needsTtl('jitter', 0.1)],
  negativeTtl: ranges('negativeTtl', null, '1', -1, NaN),
  staleWhileRevalidate: [
    ...ranges('staleWhileRevalidate', null, '1', -1, NaN, true),
    needsTtl('staleWhileRevalidate', 5),
  ],
  staleIfError: [
    ...ranges('staleIfError', null, '1', -1, NaN, true),
    needsTtl('staleIfError', 5),
    [{ staleIfError: 5, negativeTtl: 5 }, 'staleIfError needs ttl'],
  ],
  softTimeout: [
    ...ranges('softTimeout', null, '1', 0, NaN),
    [{ ttl: 9, softTimeout: 1 }, 'softTimeout needs staleIfError'],
    [{ ttl: 9, staleIfError: 0, softTimeout: 1 }, 'softTimeout needs staleIfError'],
    [{ ttl: 9, staleWhileRevalidate: 9, softTimeout: 1 }, 'softTimeout needs staleIfError'],
    [{ ttl: 9, staleIfError: 9, softTimeout: 2, hardTimeout: 2 }, 'softTimeout must be less than'],
  ],
  hardTimeout: ranges('hardTimeout', null, '1', 0, NaN),
  earlyRefresh: [...ranges('earlyRefresh', null, '1', 0, -1, NaN), needsTtl('earlyRefresh', true)],
  local: ranges('local', null, true, '1', 0, NaN),
  namespace: ranges('namespace', null, 7, '', 'a b', 'x'.repeat(65)),
  as: ranges('as', null, 7, 'User'),
};

const NO_OPTIONS_AT_ALL: readonly Case[] = [
  [null, 'must be an object, not null.'],
  [300, 'must be an object, not a number 300.'],
  [true, 'must be an object, not a boolean true.'],
  ['ttl', 'must be an object, not a string.'],
  [load, 'must be an object, not a function.'],
  [[], 'must be an object, not a list.'],
  [[60], 'must be an object, not a list.'],
  [new Map([['ttl', 60]]), 'must be an object, not a Map or Set.'],
];

const flat = (table: Readonly<Record<string, readonly Case[]>>): readonly Case[] =>
  Object.values(table).flat();

describe('Wrong options', () => {
  it('every option of the cache and of a read has wrong values in these tables', () => {
    expect(Object.keys(OF_THE_CACHE).sort()).toEqual(Object.keys(NEST_CACHE_OPTIONS).sort());
    expect(Object.keys(OF_A_READ).sort()).toEqual(Object.keys(READ_OPTIONS).sort());
  });

  it.each(flat(OF_THE_CACHE))('a cache is not made of wrong options: %j', (options, sentence) => {
    const given = untyped<NestCacheOptions>(options);
    const make = (): unknown => new CacheService(given);
    expect(make).toThrow(CacheOptionsError);
    expect(make).toThrow(sentence);
    const named = Object.keys(given).some((name) => ['userOf', 'enabled'].includes(name));
    expect(() => createCache(given, silentLog)).toThrow(named ? CacheOptionsError : sentence);
  });

  it.each(NO_OPTIONS_AT_ALL)(
    'what is no object of options is refused: %p',
    async (given, sentence) => {
      const wrong = untyped<object>(given);
      const { cache } = testCache();
      await cache.set('k', 1);
      for (const call of [
        () => cache.getOrSet('k', load, wrong),
        () => cache.getOrSet('absent', load, wrong),
        () => cache.getOrSetEntry('k', load, wrong),
        () => cache.getOrSetMany(['k'], String, () => [1], wrong),
        () => cache.set('k', 1, wrong),
        () => cache.listKeys(wrong),
        () => cache.countMatching('*', wrong),
        () => inTransaction((body) => body(), load, wrong),
      ]) {
        await expect(async () => call()).rejects.toThrow(sentence);
      }
      for (const make of [
        () => createCache(wrong, silentLog),
        () => new CacheService(wrong),
        () => CacheModule.forRoot(wrong),
        () => CacheModule.forRootAsync(wrong),
        () => invalidateAfterCommit({ begin: () => Promise.resolve() }, 'begin', wrong),
      ]) {
        expect(make).toThrow(sentence);
      }
    },
  );

  it.each(flat(OF_A_READ))(
    'a read refuses wrong options, hits too: %j',
    async (options, sentence) => {
      const { cache } = testCache();
      await cache.set('k', 1);
      const wrong = untyped<object>(options);
      for (const given of [wrong, Object.freeze({ ...wrong })]) {
        await expect(cache.getOrSet('k', load, given)).rejects.toThrow(sentence);
        await expect(cache.getOrSetEntry('k', load, given)).rejects.toThrow(sentence);
      }
    },
  );

  it('a stale time of zero, and jitter of a negative ttl alone, need no ttl', async () => {
    const { cache } = testCache();
    const none = { staleWhileRevalidate: 0, staleIfError: 0, earlyRefresh: false, jitter: 0 };
    expect(await cache.getOrSet('k', load, none)).toBe(1);
    expect(await cache.getOrSet('k', load, { negativeTtl: 5, jitter: 0.5 })).toBe(1);
  });

  it('set, getOrSetMany and the loader of a read refuse what a read refuses of their options', async () => {
    const { cache } = testCache();
    for (const [option, cases] of Object.entries(OF_A_READ)) {
      if (!['ttl', 'jitter', 'negativeTtl'].includes(option)) continue;
      for (const [options, sentence] of cases) {
        const wrong = untyped<object>(options);
        const many = cache.getOrSetMany([1], String, (ids) => ids, wrong);
        await expect(many).rejects.toThrow(sentence);
        if (option !== 'negativeTtl') {
          await expect(cache.set('k', 1, wrong)).rejects.toThrow(sentence);
        }
      }
    }
    for (const [changes, sentence] of [
      [{ staleIfError: 5 }, 'staleIfError needs ttl'],
      [{ TTL: 5 }, 'TTL is not an option of adapt: it is called ttl.'],
      [null, 'The options of adapt must be an object, not null.'],
    ] as const) {
      const read = cache.getOrSet('k', (context) => context.adapt(untyped(changes)));
      await expect(read).rejects.toThrow(sentence);
    }
    const token = untyped<undefined>({ key: 'k' });
    await expect(cache.set('k', 1, { token })).rejects.toThrow('token must be a token of acquire');
  });

  it.each<Case>([
    [{ useFactory: load, prefix: 'a:' }, 'prefix is not an option of forRootAsync: let useFactory'],
    [{ useFactroy: load }, 'useFactroy is not an option of forRootAsync; there are'],
    [{}, 'forRootAsync needs one of useFactory, useClass and useExisting, and only one.'],
    [{ useFactory: load, useClass: Map }, 'and only one.'],
    [{ useFactory: 7 }, 'useFactory must be a function, not 7.'],
    [{ useFactory: load, name: '' }, "name must be a text that is not empty, not ''."],
    [{ useFactory: load, isGlobal: 'no' }, "isGlobal must be true or false, not 'no'."],
  ])('forRootAsync refuses wrong options: %j', (options, sentence) => {
    expect(() => CacheModule.forRootAsync(untyped(options))).toThrow(sentence);
  });

  it('createCache refuses a logger without its functions', () => {
    expect(() => createCache({}, untyped(console))).toThrow(
      'logger must be an object with the functions notice, warn',
    );
  });

  it('options that only one of the stores uses are accepted with both, so that one configuration serves both', () => {
    const both = {
      maxEntries: 5,
      maxBytes: 5,
      index: 'scan',
      local: {},
      removalTimeoutMs: 5,
    } as const;
    for (const store of [
      { redis, prefix: 'a:' },
      { redis: undefined },
      { store: 'memory' as const },
    ]) {
      expect(createCache({ ...both, ...store }, silentLog).connected).toBe(
        store.redis === undefined,
      );
    }
  });

  it('the prefix of a store of its own is that of the cache', () => {
    expect(createCache({ store: redisStore }, silentLog).prefix).toBe('a:');
  });
});
