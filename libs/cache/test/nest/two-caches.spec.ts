import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCache, CacheModule, CacheService, InjectCache } from '@gad/cache';
import { MemoryStore, RedisStore, silentLog } from '@gad/cache/store';
import type { NestCacheOptions } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { startRedis } from '../support/redis-server.js';

/** Nothing listens there: what is refused is refused before anything is asked. */
const NOWHERE = 'redis://127.0.0.1:1';
const quiet = { logLevel: 'off' as const };

class Both {
  constructor(
    readonly plain: CacheService,
    @InjectCache('other') readonly other: CacheService,
  ) {}
}

/** Makes a program with two caches; resolves with them, not yet connected. */
async function twoCaches(one: NestCacheOptions, other: NestCacheOptions): Promise<Both> {
  const module = await Test.createTestingModule({
    imports: [
      CacheModule.forRoot({ ...quiet, ...one }),
      CacheModule.forRoot({ ...quiet, ...other, name: 'other' }),
    ],
    providers: [Both],
  }).compile();
  return module.get(Both);
}
Reflect.defineMetadata('design:paramtypes', [CacheService, CacheService], Both);

const at = (url: string, prefix: string): NestCacheOptions => ({ redis: { url }, prefix });

describe('Two caches of one program are refused', () => {
  it.each([
    ['nested prefixes', at(NOWHERE, 'gad:'), at(NOWHERE, 'gad:sub:')],
    ['nested the other way round', at(NOWHERE, 'gad:sub:'), at(NOWHERE, 'gad:')],
    ['equal ones', at(NOWHERE, 'gad:'), at(NOWHERE, 'gad:')],
    ['a prefix that is one of private answers', at(NOWHERE, 'gad:'), at(NOWHERE, 'gad:~user:7:')],
    ['another spelling of the host', at('redis://localhost:1', 'a:'), at(NOWHERE, 'a:')],
    ['another spelling of the database', at(`${NOWHERE}/0`, 'a:'), at(`${NOWHERE}`, 'a:')],
    ['the port with TLS', at('rediss://127.0.0.1:2/3', 'a:'), at(`${NOWHERE}/3`, 'a:b:')],
    [
      'a master and its Sentinels',
      { redis: { sentinels: [{ host: '127.0.0.1', port: 2 }] }, prefix: 'a:' },
      at(NOWHERE, 'a:'),
    ],
  ])('two caches of one program are refused: %s', async (_, one, other) => {
    await expect(twoCaches(one, other)).rejects.toThrow(
      /prefix must not begin with that of another cache/,
    );
  });

  it('two caches over one store are refused', async () => {
    const store = new MemoryStore();
    await expect(twoCaches({ store, prefix: 'a:' }, { store, prefix: 'b:' })).rejects.toThrow(
      /store is one object in two caches/,
    );
  });

  it('two caches over two Redis stores of their own making are refused', async () => {
    const store = (prefix: string): RedisStore =>
      new RedisStore({ settings: { url: NOWHERE }, prefix, logger: silentLog });
    await expect(twoCaches({ store: store('a:') }, { store: store('a:b:') })).rejects.toThrow(
      /prefix must not begin/,
    );
  });

  it.each([
    ['without a name', undefined],
    ['with one name', 'reports'],
  ])('two caches are refused: %s', async (_, name) => {
    const building = Test.createTestingModule({
      imports: [
        CacheModule.forRoot({ ...quiet, name, prefix: 'a:' }),
        CacheModule.forRoot({ ...quiet, name, prefix: 'b:', isGlobal: false }),
      ],
    });
    await expect(building.compile()).rejects.toThrow(/There are two caches/);
  });
});

describe('Stores without Nest', () => {
  it('stores without Nest are refused under nested prefixes while both are open', async () => {
    const server = await startRedis();
    const engine = (prefix: string): CacheEngine =>
      createCache({ redis: { url: server.url }, prefix, deadlineMs: 20_000 }, silentLog);
    const [one, twin, nested] = [engine('gad:'), engine('gad:'), engine('gad:sub:')];
    await one.open();
    await twin.open();
    await expect(nested.open()).rejects.toThrow(/prefix must not begin with that of another/);
    await nested.close();
    await one.close();
    await expect(nested.open()).rejects.toThrow(/prefix must not begin with that of another/);
    await twin.close();
    const later = engine('gad:sub:');
    await later.open();
    await later.close();
    await server.stop();
  });
});

describe('Two caches of one program are apart', () => {
  it.each([
    ['in two databases', at(`${NOWHERE}/0`, 'a:'), at(`${NOWHERE}/1`, 'a:')],
    ['under two prefixes', at(NOWHERE, 'a:'), at(NOWHERE, 'b:')],
    ['in process, and in Redis', {}, at(NOWHERE, 'gad:')],
  ])('two caches of one program are apart: %s', async (_, one, other) => {
    const { plain, other: second } = await twoCaches(one, other);
    expect(plain).not.toBe(second);
  });

  it('two in-process caches have a store each, whatever their prefixes', async () => {
    const { plain, other } = await twoCaches({ prefix: 'gad:' }, { prefix: 'gad:sub:' });
    await plain.set('sub:k', 1);
    expect(await other.get('k')).toBeUndefined();
    await other.clear();
    expect(await plain.get('sub:k')).toBe(1);
  });

  it('two caches are apart exactly where no full name of one begins with the prefix of the other', async () => {
    const prefix = fc.string({
      unit: fc.constantFrom('a', ':', '{', '}', '~', '\0'),
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(prefix, prefix, async (one, other) => {
        const nested = one.startsWith(other) || other.startsWith(one);
        const starting = twoCaches(at(NOWHERE, one), at(NOWHERE, other));
        const started = await starting.then(
          () => true,
          () => false,
        );
        expect(started).toBe(!nested);
      }),
      { numRuns: 40 },
    );
  });
});
