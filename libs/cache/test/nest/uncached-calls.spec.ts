import { Injectable, Module, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  CacheAside,
  CacheInvalidate,
  CacheKeyInvalidError,
  CacheModule,
  CacheOptionsError,
  cacheKey,
} from '@gad/cache';
import { deferred } from '../support/fixtures.js';
import { appPerTest, startApp } from '../support/nest-app.js';

let loads: number;

@Injectable()
class Prices {
  @CacheAside({ key: (id: number) => cacheKey`prices:${id}`, ttl: 60 })
  async of(id: number): Promise<number> {
    loads++;
    return Promise.resolve(id * 10);
  }
}

const start = appPerTest();
beforeEach(() => {
  loads = 0;
});

async function loadsOfTwo(prices: Prices): Promise<number> {
  expect([await prices.of(1), await prices.of(1)]).toEqual([10, 10]);
  return loads;
}

describe('Where a decorated method could not be cached, the call says so', () => {
  it('a call before the cache is made says that it is not cached', async () => {
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

  it('a call in an application without a cache says that it is not cached', async () => {
    const module = await Test.createTestingModule({ providers: [Prices] }).compile();
    await expect(module.get(Prices).of(1)).rejects.toThrow(
      /cache without a name, which does not exist/,
    );
    await module.close();
  });

  it('a call on an instance of no application, beside two of them, says that it is not cached', async () => {
    const { app } = await start({ providers: [Prices] });
    const other = await startApp({ providers: [Prices] });
    await expect(new Prices().of(1)).rejects.toThrow(/several are running/);
    expect(await loadsOfTwo(app.get(Prices))).toBe(1);
    expect(await loadsOfTwo(other.app.get(Prices))).toBe(2);
    await other.close();
  });

  it('a method with a scope that is no handler says that it is not cached, wherever it is', async () => {
    class Scoped {
      @CacheAside({ scope: 'shared', key: () => cacheKey`scoped:one` })
      async read(): Promise<number> {
        return Promise.resolve(1);
      }
    }
    const { app } = await start({});
    const scoped = await app.get(ModuleRef).create(Scoped);
    await expect(scoped.read()).rejects.toThrow(/not an HTTP handler/);
  });

  it('a call that cannot be cached is a rejection, whatever is wrong', async () => {
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
      @CacheInvalidate(() => '')
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
  it('the module refuses options that come from a request, which would give each request a cache', async () => {
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

  it('the module refuses a property or an accessor with a decorator', () => {
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
        /Refused\.value is not a method/,
      );
    }
  });

  it('the module refuses methods that another copy of the library decorates, when its module is absent', async () => {
    // Another copy of the library over the same Nest.
    for (const shared of ['@nestjs/common', '@nestjs/common/internal', '@nestjs/core']) {
      const module: unknown = await import(shared);
      jest.unstable_mockModule(shared, () => module);
    }
    jest.resetModules();
    const other = await import('../../src/index.js');
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
