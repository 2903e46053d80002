import {
  Controller,
  Get,
  Injectable,
  Module,
  NotFoundException,
  Param,
  ParseIntPipe,
  SetMetadata,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CacheAside,
  CacheInvalidate,
  CacheModule,
  CacheService,
  CacheUnavailableError,
  InjectCache,
  cacheKey,
  cachePattern,
} from '@gad/cache';
import { MemoryStore } from '@gad/cache/store';
import { CacheTestingModule } from '@gad/cache/testing';
import { startApp } from '../support/nest-app.js';

let runs: string[];
let failure: Error | undefined;

@Injectable()
class Prices {
  readonly #factor = 10;

  @SetMetadata('note', 'kept')
  @CacheAside({ key: (id: number) => cacheKey`prices:${id}`, ttl: 60 })
  async of(id: number): Promise<{ id: number; price: number } | null> {
    runs.push(`of ${String(id)}`);
    await Promise.resolve();
    if (failure !== undefined) throw failure;
    return id === 0 ? null : { id, price: id * this.#factor };
  }

  /** Calls itself: through the cache as well. */
  async sum(ids: readonly number[]): Promise<number> {
    const prices = await Promise.all(ids.map((id) => this.of(id)));
    return prices.reduce((total, price) => total + (price?.price ?? 0), 0);
  }

  @CacheAside({ key: (id: number) => `prices:${id}`, enabled: (id: number) => id < 100 })
  async small(id: number): Promise<number> {
    runs.push(`small ${String(id)}`);
    return Promise.resolve(id);
  }

  @CacheInvalidate<[number]>(([id]) => cachePattern`prices:${id}`, 'totals:*')
  async change(id: number): Promise<string> {
    runs.push(`change ${String(id)}`);
    await Promise.resolve();
    if (failure !== undefined) throw failure;
    return 'changed';
  }

  @CacheInvalidate<[], readonly number[]>({
    patterns: [(_, ids) => ids.map((id) => cachePattern`prices:${id}`)],
    onUnavailable: 'throw',
  })
  async changeSome(): Promise<readonly number[]> {
    return Promise.resolve([1, 2]);
  }
}

@Injectable()
class Reports {
  constructor(@InjectCache('reports') readonly cache: CacheService) {}

  @CacheAside({ cache: 'reports', key: (id: number) => `reports:${id}` })
  async one(id: number): Promise<string> {
    runs.push(`report ${String(id)}`);
    return Promise.resolve('report');
  }

  @CacheInvalidate<[number]>({ cache: 'reports', patterns: [([id]) => `reports:${id}`] })
  async redo(_id: number): Promise<void> {
    return Promise.resolve();
  }
}

beforeEach(() => {
  runs = [];
  failure = undefined;
});

describe('@CacheAside on a plain method', () => {
  const start = async (imports = [CacheTestingModule.forRoot()]) => {
    const module = await Test.createTestingModule({ imports, providers: [Prices] }).compile();
    await module.init();
    return module;
  };
  let module: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    module = await start();
  });
  afterEach(() => module.close());

  it('@CacheAside works without HTTP, for calls from outside and from within', async () => {
    const prices = module.get(Prices);
    expect(await prices.of(1)).toEqual({ id: 1, price: 10 });
    expect(await prices.of(1)).toEqual({ id: 1, price: 10 });
    expect(await prices.sum([1, 2, 2])).toBe(50);
    expect(runs).toEqual(['of 1', 'of 2']);
    expect(await module.get(CacheService).get('prices:1')).toEqual({ id: 1, price: 10 });
  });

  it('@CacheAside caches null, and throws the method’s own error uncached', async () => {
    const prices = module.get(Prices);
    expect(await prices.of(0)).toBeNull();
    expect(await prices.of(0)).toBeNull();
    failure = new NotFoundException();
    await expect(prices.of(1)).rejects.toBe(failure);
    failure = undefined;
    expect(await prices.of(1)).toEqual({ id: 1, price: 10 });
    expect(runs).toEqual(['of 0', 'of 1', 'of 1']);
  });

  it('@CacheAside asks its predicate for each call', async () => {
    const prices = module.get(Prices);
    for (const id of [1, 1, 100, 100]) await prices.small(id);
    expect(runs).toEqual(['small 1', 'small 100', 'small 100']);
  });

  it('@CacheAside leaves the method’s name, arity and metadata of other decorators', () => {
    const method = Reflect.get(Prices.prototype, 'of') as object;
    expect([Reflect.get(method, 'name'), Reflect.get(method, 'length')]).toEqual(['of', 1]);
    expect(Reflect.getMetadata('note', method)).toBe('kept');
  });

  it('@CacheAside does not share between two applications of one process', async () => {
    const other = await start();
    await module.get(Prices).of(1);
    await other.get(Prices).of(1);
    await other.close();
    await module.get(Prices).of(1);
    expect(runs).toEqual(['of 1', 'of 1']);
  });

  it('@CacheAside passes through when the module switches the decorators off; the service goes on', async () => {
    const off = await start([CacheTestingModule.forRoot({ enabled: false })]);
    await off.get(Prices).of(1);
    await off.get(Prices).of(1);
    expect(runs).toEqual(['of 1', 'of 1']);
    const cache = off.get(CacheService);
    await cache.set('prices:1', 'x');
    await off.get(Prices).change(1);
    expect(await cache.exists('prices:1')).toBe(false);
    await off.close();
  });
});

describe('@CacheInvalidate', () => {
  it('@CacheInvalidate removes after success, and before the caller has its answer', async () => {
    const { app, cache, close } = await startApp({ providers: [Prices] });
    const prices = app.get(Prices);
    await prices.of(1);
    await prices.of(2);
    await cache.set('totals:all', 1);
    expect(await prices.change(1)).toBe('changed');
    expect(await cache.getMany(['prices:1', 'totals:all'])).toEqual([undefined, undefined]);
    expect(await cache.exists('prices:2')).toBe(true);
    expect(await prices.changeSome()).toEqual([1, 2]);
    expect(await cache.exists('prices:2')).toBe(false);
    await close();
  });

  it('@CacheInvalidate removes nothing after a failed method', async () => {
    const { app, cache, close } = await startApp({ providers: [Prices] });
    await app.get(Prices).of(1);
    failure = new NotFoundException();
    await expect(app.get(Prices).change(1)).rejects.toBe(failure);
    expect(await cache.exists('prices:1')).toBe(true);
    await close();
  });

  it('@CacheInvalidate leaves its removal pending without the store, or throws with onUnavailable: throw', async () => {
    class OfflineStore extends MemoryStore {
      override remove(): never {
        throw new CacheUnavailableError('offline', 'unavailable');
      }
    }
    const { app, cache, close } = await startApp({
      providers: [Prices],
      options: { store: new OfflineStore() },
    });
    expect(await app.get(Prices).change(1)).toBe('changed');
    expect((await cache.getStats()).local.pending_removals).toBe(2);
    await expect(app.get(Prices).changeSome()).rejects.toThrow(CacheUnavailableError);
    await close();
  });

  it('@CacheInvalidate on a handler gets what the pipes made of the request', async () => {
    let seen: unknown;
    @Controller()
    class ItemsController {
      @CacheInvalidate<[number], { gone: number }>(([id], result) => {
        seen = { id, result };
        return cachePattern`items:${id}:*`;
      })
      @Get('remove/:id')
      async remove(@Param('id', ParseIntPipe) id: number): Promise<{ gone: number }> {
        return Promise.resolve({ gone: id });
      }
    }
    const { cache, get, close } = await startApp({ controllers: [ItemsController] });
    await cache.set('items:7:a', 1);
    await cache.set('items:70:a', 1);
    expect((await get('/remove/x')).status).toBe(400);
    expect(await cache.exists('items:7:a')).toBe(true);
    expect(await get('/remove/7')).toMatchObject({ status: 200, text: '{"gone":7}' });
    expect(seen).toEqual({ id: 7, result: { gone: 7 } });
    expect(await cache.getMany(['items:7:a', 'items:70:a'])).toEqual([undefined, 1]);
    await close();
  });
});

describe('Several named caches', () => {
  const named = () => [
    CacheTestingModule.forRoot({ prefix: 'gad:' }),
    CacheTestingModule.forRoot({ name: 'reports', prefix: 'reports:' }),
    CacheModule.forRootAsync({
      name: 'other',
      inject: ['PREFIX'],
      useFactory: (prefix: string) => ({ prefix, logLevel: 'off' as const }),
      imports: [PrefixModule],
    }),
  ];

  it('named caches are injected by name, chosen by decorators, and share nothing', async () => {
    @Injectable()
    class Both {
      constructor(
        readonly plain: CacheService,
        @InjectCache() readonly same: CacheService,
        @InjectCache('other') readonly other: CacheService,
      ) {}
    }
    const module = await Test.createTestingModule({
      imports: named(),
      providers: [Prices, Reports, Both],
    }).compile();
    await module.init();
    const reports = module.get(Reports);
    const { plain, same, other } = module.get(Both);
    expect(same).toBe(plain);
    expect(other.fullKey('k')).toBe('other:k');
    await reports.one(1);
    await reports.one(1);
    await module.get(Prices).of(1);
    expect(runs).toEqual(['report 1', 'of 1']);
    expect(await reports.cache.exists('reports:1')).toBe(true);
    expect(await plain.exists('reports:1')).toBe(false);
    await plain.clear();
    expect(await reports.cache.exists('reports:1')).toBe(true);
    await reports.redo(1);
    expect(await reports.cache.exists('reports:1')).toBe(false);
    await module.close();
  });
});

@Module({ providers: [{ provide: 'PREFIX', useValue: 'other:' }], exports: ['PREFIX'] })
class PrefixModule {}
