import { Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CacheAside, CacheInvalidate, CacheModule, CacheService, cacheKey } from '@gad/cache';
import { appPerTest, startApp } from '../support/nest-app.js';

const SYMBOL = Symbol('symbol');
let loads: number;

@Injectable()
class Prices {
  readonly #one = 1;

  @CacheAside({ key: (id: number) => cacheKey`prices:${id}`, ttl: 60 })
  async of(id: number): Promise<number> {
    loads += this.#one;
    return Promise.resolve(id * 10);
  }

  @CacheAside({ key: () => 'prices:symbol' })
  async [SYMBOL](): Promise<number> {
    return Promise.resolve(++loads);
  }

  @CacheAside({ key: () => 'prices:static' })
  static async listed(): Promise<number> {
    return Promise.resolve(++loads);
  }

  @CacheInvalidate<[number]>(([id]) => cacheKey`prices:${id}`)
  async change(_id: number): Promise<void> {
    return Promise.resolve();
  }
}

const start = appPerTest();
beforeEach(() => {
  loads = 0;
});

/** Reads twice, and says how many loads that took; 1 is what a decorator is there for. */
async function loadsOfTwo(prices: Pick<Prices, 'of'>): Promise<number> {
  expect(await prices.of(1)).toBe(10);
  expect(await prices.of(1)).toBe(10);
  return loads;
}

describe('A decorated method is cached and invalidates', () => {
  it('a decorated method is cached when a class that overrides it calls super', async () => {
    @Injectable()
    class Audited extends Prices {
      override async of(id: number): Promise<number> {
        return super.of(id);
      }
      override async change(id: number): Promise<void> {
        await super.change(id);
      }
    }
    const { app, cache } = await start({ providers: [Audited] });
    expect(await loadsOfTwo(app.get(Audited))).toBe(1);
    await app.get(Audited).change(1);
    expect(await cache.exists('prices:1')).toBe(false);
  });

  it('a decorated method is cached in instances that ModuleRef makes or resolves', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Scoped {
      @CacheAside({ instances: 'shared', key: (id: number) => cacheKey`prices:${id}` })
      async of(id: number): Promise<number> {
        loads++;
        return Promise.resolve(id * 10);
      }
    }
    const { app } = await start({ providers: [Scoped] });
    const created = await app.get(ModuleRef).create(Prices);
    expect(await loadsOfTwo(created)).toBe(1);
    await created.change(1);
    expect(await loadsOfTwo(await app.resolve(Scoped))).toBe(2);
    expect(await loadsOfTwo(await app.resolve(Scoped))).toBe(2);
  });

  it('a decorated method is cached in a module that is loaded later, its own cache included', async () => {
    @Module({ providers: [Prices], exports: [Prices] })
    class LaterModule {}
    const { app } = await start({});
    const loaded = await app.get(LazyModuleLoader).load(() => LaterModule);
    expect(await loadsOfTwo(loaded.get(Prices))).toBe(1);

    class Reports {
      @CacheAside({ cache: 'reports', key: () => 'reports:all' })
      async all(): Promise<number> {
        return Promise.resolve(++loads);
      }
    }
    @Module({
      imports: [CacheModule.forRoot({ name: 'reports', prefix: 'reports:', logLevel: 'off' })],
      providers: [Reports],
    })
    class ReportsModule {}
    const later = await app.get(LazyModuleLoader).load(() => ReportsModule);
    expect(await later.get(Reports).all()).toBe(2);
    expect(await later.get(Reports).all()).toBe(2);
  });

  it('a decorated method is cached before the program has started, once the cache is made', async () => {
    @Injectable()
    class Early {
      constructor(
        private readonly prices: Prices,
        readonly cache: CacheService,
      ) {}
      async onModuleInit(): Promise<void> {
        await loadsOfTwo(this.prices);
      }
    }
    await start({
      providers: [
        Prices,
        Early,
        {
          provide: 'early',
          inject: [Prices, CacheService],
          useFactory: async (prices: Prices) => loadsOfTwo(prices),
        },
      ],
    });
    expect(loads).toBe(1);
  });

  it('a decorated method is cached under a symbol, and as a static one', async () => {
    const { app } = await start({ providers: [Prices] });
    const prices = app.get(Prices);
    expect([await prices[SYMBOL](), await prices[SYMBOL]()]).toEqual([1, 1]);
    expect([await Prices.listed(), await Prices.listed()]).toEqual([2, 2]);
  });

  it('a decorated method is cached behind a proxy, bound, in a copy, and in a frozen instance', async () => {
    @Injectable()
    class Frozen {
      constructor() {
        Object.freeze(this);
      }
      @CacheAside({ key: (id: number) => cacheKey`frozen:${id}` })
      async of(id: number): Promise<number> {
        loads++;
        return Promise.resolve(id * 10);
      }
    }
    @Injectable()
    class Plain {
      @CacheAside({ key: (id: number) => cacheKey`plain:${id}` })
      async of(id: number): Promise<number> {
        loads++;
        return Promise.resolve(id * 10);
      }
    }
    const { app } = await start({
      providers: [
        Plain,
        Frozen,
        { provide: 'proxy', inject: [Plain], useFactory: (plain: Plain) => new Proxy(plain, {}) },
      ],
    });
    const plain = app.get(Plain);
    expect(await loadsOfTwo(app.get<Plain>('proxy'))).toBe(1);
    const copy = Object.create(plain) as Plain; // its methods are those of its prototype
    expect(await loadsOfTwo({ of: plain.of.bind(plain) })).toBe(1);
    expect(await loadsOfTwo(copy)).toBe(1);
    expect(await loadsOfTwo(app.get(Frozen))).toBe(2);
  });

  it('a decorated method is cached in what a factory made, and in what a program with one application made by hand', async () => {
    const { app } = await start({
      providers: [{ provide: 'made', useFactory: () => new Prices() }],
    });
    expect(await loadsOfTwo(app.get<Prices>('made'))).toBe(1);
    class ByHand {
      @CacheAside({ key: (id: number) => cacheKey`by:hand:${id}` })
      async of(id: number): Promise<number> {
        loads++;
        return Promise.resolve(id * 10);
      }
    }
    expect(await loadsOfTwo(new ByHand())).toBe(2);
  });

  it('a decorated method is cached in two caches, with one decorator of a kind for each', async () => {
    class Both {
      @CacheAside({ key: () => 'both:one' })
      @CacheAside({ cache: 'reports', key: () => 'both:two' })
      async read(): Promise<number> {
        return Promise.resolve(++loads);
      }
      @CacheInvalidate('both:*')
      @CacheInvalidate({ cache: 'reports', patterns: ['both:*'] })
      async write(): Promise<void> {
        return Promise.resolve();
      }
    }
    const { app, cache } = await start({
      providers: [Both],
      imports: [CacheModule.forRoot({ name: 'reports', prefix: 'reports:', logLevel: 'off' })],
    });
    const reports = app.get<CacheService>('CacheService:reports');
    await app.get(Both).read();
    expect([await cache.get('both:one'), await reports.get('both:two')]).toEqual([1, 1]);
    await app.get(Both).write();
    expect([await cache.get('both:one'), await reports.get('both:two')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('a decorated method is cached by the application that provides the instance, whichever has made it', async () => {
    const prices = new Prices();
    const provider = { provide: Prices, useValue: prices };
    const first = await startApp({ providers: [provider] });
    await prices.of(1);
    await first.close();
    const { cache } = await start({ providers: [provider] });
    expect(await loadsOfTwo(prices)).toBe(2);
    expect(await cache.exists('prices:1')).toBe(true);
  });

  it('a decorated method is cached whatever another decorator puts around it', async () => {
    const wrapped: MethodDecorator = (_target, _name, descriptor) => {
      const inner = descriptor.value as (...args: unknown[]) => unknown; // a method is
      const outer = function (this: unknown, ...args: unknown[]): unknown {
        return inner.apply(this, args);
      };
      Object.assign(descriptor, { value: outer });
    };
    class Wrapped {
      @wrapped
      @CacheAside({ key: (id: number) => cacheKey`wrapped:${id}` })
      async of(id: number): Promise<number> {
        loads++;
        return Promise.resolve(id * 10);
      }
    }
    const { app } = await start({ providers: [Wrapped] });
    expect(await loadsOfTwo(app.get(Wrapped))).toBe(1);
  });
});
