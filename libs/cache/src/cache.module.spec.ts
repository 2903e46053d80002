import { Test } from '@nestjs/testing';
import { Injectable, Logger, Module } from '@nestjs/common';
import { describe, expect, it, jest } from '@jest/globals';
import * as zlib from 'node:zlib';
import type { CacheModuleOptions } from './index.js';
import { createCache, CacheModule, CacheOptionsError, CacheService } from './index.js';
import { CacheLogLine, MemoryStore, silentLog } from './store.js';

@Injectable()
class Reports {
  constructor(readonly cache: CacheService) {}
}

@Module({ providers: [Reports] })
class ReportsModule {}

describe('CacheModule', () => {
  it('the module gives CacheService to modules that never import it', async () => {
    const app = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ logLevel: 'off' }), ReportsModule],
    }).compile();
    await app.init();
    const { cache } = app.get(Reports, { strict: false });
    expect(await cache.getOrSet('a:b', () => ({ n: 1 }), { ttl: 5 })).toEqual({ n: 1 });
    expect(await cache.get('a:b')).toEqual({ n: 1 });
    await app.close();
  });

  it('the module takes its options from a factory', async () => {
    const app = await Test.createTestingModule({
      imports: [
        CacheModule.forRootAsync({ useFactory: () => ({ prefix: 'x[*]:', logLevel: 'off' }) }),
      ],
    }).compile();
    await app.init();
    const cache = app.get(CacheService);
    expect(cache.fullKey('k')).toBe('x[*]:k');
    expect(cache.stripPrefix('x[*]:k')).toBe('k');
    expect((await cache.getStats()).prefix).toBe('x[*]:');
    await app.close();
  });

  it('the service is hidden from other modules when isGlobal is false', async () => {
    const building = Test.createTestingModule({
      imports: [CacheModule.forRoot({ isGlobal: false }), ReportsModule],
    })
      .setLogger({ log: () => undefined, error: () => undefined, warn: () => undefined })
      .compile();
    await expect(building).rejects.toThrow(/CacheService/);
  });

  it('a wrong option is refused with one sentence that names it', async () => {
    const building = Test.createTestingModule({
      imports: [CacheModule.forRoot({ deadlineMs: 0 })],
    })
      .setLogger({ log: () => undefined, error: () => undefined, warn: () => undefined })
      .compile();
    await expect(building).rejects.toThrow(CacheOptionsError);
    await expect(building).rejects.toThrow('deadlineMs must be a number above 0');
  });

  it.each([
    [{ compression: { threshold: 0 } }, /compression\.threshold must be a whole number above 0/],
    [{ maxEntries: 2 ** 31 }, /maxEntries must be a whole number above 0 and at most 10000000/],
    [
      { compression: { codec: 'lz77' } },
      /compression\.codec must be 'deflate' or 'br' or 'zstd', not 'lz77'/,
    ],
    [{ serializer: { name: 'json' } }, /serializer\.name must be/],
    [{ serializer: { name: 'a+b' } }, /serializer\.name must be/],
    [{ serializer: { name: 'a'.repeat(16) } }, /serializer\.name must be/],
  ])('the options %j are refused', (options, message) => {
    // As a caller without types would hand them in.
    const wrong = options as CacheModuleOptions;
    expect(() => createCache(wrong, silentLog)).toThrow(message);
  });

  it('zstd is accepted where Node has it, and refused with a sentence where it does not', () => {
    const make = (): unknown => createCache({ compression: { codec: 'zstd' } }, silentLog);
    if ('zstdCompressSync' in zlib) expect(make).not.toThrow();
    else expect(make).toThrow(/must be deflate or br on this version of Node, which has no zstd/);
  });

  it('large values are compressed by default', async () => {
    const large = { filas: Array.from({ length: 3_000 }, (_, n) => ({ n, estado: 'pendiente' })) };
    for (const [compression, begin] of [
      [undefined, '\x02'],
      ['off', '{'],
    ] as const) {
      const store = new MemoryStore();
      const cache = createCache({ store, compression }, silentLog);
      await cache.set('large', large);
      await cache.set('small', 'x'.repeat(16_000));
      expect((await store.read('large'))?.charAt(0)).toBe(begin);
      expect((await store.read('small'))?.charAt(0)).toBe('"');
      expect(await cache.get('large')).toEqual(large);
    }
  });

  it.each([
    [true, ['token', 'user1stats']],
    [undefined, []],
  ])('the module warns of ambiguous keys with lintKeys: %p', async (lintKeys, expected) => {
    const lines: unknown[] = [];
    const spy = jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((line: unknown) => void lines.push(line));
    const app = await Test.createTestingModule({
      imports: [CacheModule.forRoot({ logLevel: 'off', lintKeys })],
    }).compile();
    const cache = app.get(CacheService);
    await cache.set('token', 1);
    await cache.getOrSet('user1stats', () => 1);
    await cache.getOrSetMany(
      [1, 2],
      (id) => `user${id}stats`,
      (missing) => Promise.resolve(missing),
    );
    await cache.set('stats:user:1', 1);
    await app.close();
    spy.mockRestore();
    expect(lines.map((line) => /the key (\S+) is/.exec(String(line))?.[1])).toEqual(expected);
  });

  it('the module writes the log lines of the guide with their fields', async () => {
    const lines: unknown[] = [];
    const spy = jest
      .spyOn(Logger.prototype, 'log')
      .mockImplementation((line: unknown) => void lines.push(line));
    const app = await Test.createTestingModule({ imports: [CacheModule.forRoot({})] }).compile();
    await app.init();
    const cache = app.get(CacheService);
    lines.length = 0;
    await cache.get('stats:user:2:days:30');
    await cache.set('stats:user:2:days:30', 1, { ttl: 300 });
    await cache.get('stats:user:2:days:30');
    await cache.delete('stats:user:2:days:30');
    await cache.deletePattern('stats:user:2:*');
    await cache.clear();
    await app.close();
    spy.mockRestore();
    expect(lines.map(String)).toEqual([
      'Cache MISS: stats:user:2:days:30',
      'Cache SET: stats:user:2:days:30 (ttl=300)',
      'Cache HIT: stats:user:2:days:30',
      'Cache DELETE: stats:user:2:days:30 (deleted=1)',
      'Cache DELETE_PATTERN: stats:user:2:* (deleted=0 keys)',
      'Cache CLEAR (deleted=0 keys)',
    ]);
    expect(lines[1]).toBeInstanceOf(CacheLogLine);
    expect(lines[1]).toMatchObject({ operation: 'SET', key: 'stats:user:2:days:30', ttl: 300 });
  });
});
