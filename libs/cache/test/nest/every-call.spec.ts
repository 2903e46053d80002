import { Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  CacheAside,
  CacheInvalidate,
  CacheKeyInvalidError,
  CacheModule,
  CacheOptionsError,
  CacheService,
  cacheKey,
} from '@gad/cache';
import { deferred } from '../fixtures.js';
import type { AppParts, RunningApp } from './nest-app.js';
import { startApp } from './nest-app.js';

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

let running: RunningApp | undefined;
async function start(parts: AppParts): Promise<RunningApp> {
  running = await startApp(parts);
  return running;
}
beforeEach(() => {
  loads = 0;
});
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** Reads twice, and says how many loads that took; 1 is what a decorator is there for. */
async function loadsOfTwo(prices: Pick<Prices, 'of'>): Promise<number> {
  expect(await prices.of(1)).toBe(10);
  expect(await prices.of(1)).toBe(10);
  return loads;
}

describe('A decorated method is cached and invalidates', () => {
  it('when a class that overrides it calls super', async () => {
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

  it('in instances that ModuleRef makes or resolves', async () => {
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

  it('in a module that is loaded later, its own cache included', async () => {
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

  it('before the program has started, once the cache is made', async () => {
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

  it('under a symbol, and static', async () => {
    const { app } = await start({ providers: [Prices] });
    const prices = app.get(Prices);
    expect([await prices[SYMBOL](), await prices[SYMBOL]()]).toEqual([1, 1]);
    expect([await Prices.listed(), await Prices.listed()]).toEqual([2, 2]);
  });

  it('behind a proxy, bound, in a copy, and in a frozen instance', async () => {
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

  it('in what a factory has made, and what is made by hand in a program with one application', async () => {
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

  it('for two caches, one decorator of a kind for each', async () => {
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

  it('whatever another decorator puts around it', async () => {
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

describe('Where a decorated method could not be cached, the call says so', () => {
  it('before the cache is made', async () => {
    const called = deferred<undefined>();
    let outcome: Promise<unknown> | undefined;
    await start({
      providers: [
        Prices,
        {
          provide: 'early',
          inject: [Prices],
          useFactory: (prices: Prices) => {
            outcome = prices.of(1).catch((error: unknown) => error);
            called.resolve(undefined);
            return {};
          },
        },
      ],
      modules: [
        CacheModule.forRootAsync({
          useFactory: async () => {
            await called.promise;
            return { logLevel: 'off' as const };
          },
        }),
      ],
    });
    expect(await outcome).toBeInstanceOf(CacheOptionsError);
  });

  it('in an application without a cache', async () => {
    const module = await Test.createTestingModule({ providers: [Prices] }).compile();
    await expect(module.get(Prices).of(1)).rejects.toThrow(
      /cache without a name, of which there is none/,
    );
    await module.close();
  });

  it('on what no application has made, beside two of them', async () => {
    const { app } = await start({ providers: [Prices] });
    const other = await startApp({ providers: [Prices] });
    await expect(new Prices().of(1)).rejects.toThrow(/there are several/);
    expect(await loadsOfTwo(app.get(Prices))).toBe(1);
    expect(await loadsOfTwo(other.app.get(Prices))).toBe(2);
    await other.close();
  });

  it('with a scope, on a method that is no handler, wherever it is', async () => {
    class Scoped {
      @CacheAside({ scope: 'shared', key: () => cacheKey`scoped:one` })
      async read(): Promise<number> {
        return Promise.resolve(1);
      }
    }
    const { app } = await start({});
    const scoped = await app.get(ModuleRef).create(Scoped);
    await expect(scoped.read()).rejects.toThrow(/no HTTP handler/);
  });

  it('and is a rejection, whatever is wrong', async () => {
    class Wrong {
      @CacheAside({ key: (id: number) => cacheKey`wrong:${id}` })
      async key(id: number): Promise<number> {
        return Promise.resolve(id);
      }
      @CacheAside({ key: () => '' })
      async empty(): Promise<number> {
        return Promise.resolve(1);
      }
      @CacheAside({
        key: () => 'a:b',
        enabled: () => {
          throw new TypeError('enabled');
        },
      })
      async enabled(): Promise<number> {
        return Promise.resolve(1);
      }
      @CacheInvalidate(() => {
        throw new TypeError('patterns');
      })
      async patterns(): Promise<number> {
        return Promise.resolve(1);
      }
      @CacheInvalidate('')
      async pattern(): Promise<number> {
        return Promise.resolve(1);
      }
      @CacheInvalidate('a:*')
      notAsync(): Promise<number> {
        throw new TypeError('method');
      }
    }
    const { app } = await start({ providers: [Wrong] });
    const wrong = app.get(Wrong);
    const calls = [
      () => wrong.key(NaN),
      () => wrong.empty(),
      () => wrong.enabled(),
      () => wrong.patterns(),
      () => wrong.pattern(),
      () => wrong.notAsync(),
    ];
    const outcomes = calls.map((call) => call());
    const reasons = (await Promise.allSettled(outcomes)).map(({ status }) => status);
    expect(reasons).toEqual(calls.map(() => 'rejected'));
    await expect(wrong.key(NaN)).rejects.toBeInstanceOf(CacheKeyInvalidError);
  });
});

describe('At start, the module refuses', () => {
  it('options that come from a request, which would give each request a cache', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      readonly prefix = 'tenant:';
    }
    @Module({ providers: [Tenant], exports: [Tenant] })
    class TenantModule {}
    const module = await Test.createTestingModule({
      imports: [
        CacheModule.forRootAsync({
          imports: [TenantModule],
          inject: [Tenant],
          useFactory: ({ prefix }: Tenant) => ({ prefix, logLevel: 'off' as const }),
        }),
      ],
      providers: [Prices],
    }).compile();
    await expect(module.init()).rejects.toThrow(/useFactory.*request-scoped/);
  });

  it('a property or an accessor with a decorator', () => {
    class Refused {
      get value(): number {
        return loads;
      }
    }
    const descriptor = Reflect.getOwnPropertyDescriptor(Refused.prototype, 'value');
    for (const given of [descriptor, undefined]) {
      // What no type stops.
      const decorate = CacheInvalidate('a:*') as (...args: unknown[]) => unknown;
      expect(() => decorate(Refused.prototype, 'value', given)).toThrow(
        /Refused\.value is no method/,
      );
    }
  });

  it('methods that another copy of the library decorates, when its module is not there', async () => {
    // Another copy of the library over the same Nest.
    for (const shared of ['@nestjs/common', '@nestjs/common/internal', '@nestjs/core']) {
      const module: unknown = await import(shared);
      jest.unstable_mockModule(shared, () => module);
    }
    jest.resetModules();
    const other = (await import('../../src/index.js'));
    expect(other.CacheAside).not.toBe(CacheAside);
    class Mixed {
      @other.CacheAside({ key: (id: number) => `mixed:${id}` })
      async of(id: number): Promise<number> {
        loads++;
        return Promise.resolve(id * 10);
      }
    }
    await expect(startApp({ providers: [Mixed] })).rejects.toThrow(
      /Mixed\.of is decorated by another copy/,
    );
    const { app } = await start({
      providers: [Mixed, Prices],
      imports: [other.CacheModule.forRoot({ prefix: 'other:', logLevel: 'off' })],
    });
    expect(await loadsOfTwo(app.get(Mixed))).toBe(1);
    expect(await loadsOfTwo(app.get(Prices))).toBe(2);
  });
});
