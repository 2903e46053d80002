import type { CanActivate, Type } from '@nestjs/common';
import { Controller, Get, Injectable, Module, Param, Scope, UseGuards } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { CacheAside, CacheInvalidate, cacheKey } from '@gad/cache';
import { appPerTest, startApp } from '../support/nest-app.js';

const start = appPerTest();

describe('A decorated method is cached and invalidates', () => {
  it('a decorated method is cached in a request-scoped controller', async () => {
    @Controller({ path: 'prices', scope: Scope.REQUEST })
    class PricesController {
      @Get('change/:id')
      @CacheInvalidate<[string]>(([id]) => cacheKey`prices:${id}`)
      async change(@Param('id') id: string): Promise<unknown> {
        return Promise.resolve({ id });
      }
    }
    const { cache, get } = await start({ controllers: [PricesController] });
    for (let n = 0; n < 2; n++) {
      await cache.set('prices:7', 70);
      expect((await get('/prices/change/7')).text).toBe('{"id":"7"}');
      expect(await cache.exists('prices:7')).toBe(false);
    }
  });

  it('a decorated method is cached in a guard on a route, and refused at start in one that two modules make', async () => {
    let loads = 0;
    @Injectable()
    class Guard implements CanActivate {
      @CacheAside({ key: () => 'guard:allowed' })
      async allowed(): Promise<boolean> {
        return Promise.resolve(++loads > 0);
      }
      canActivate(): Promise<boolean> {
        return this.allowed();
      }
    }
    const controller = (path: string): Type => {
      @Controller(path)
      class Guarded {
        @Get()
        @UseGuards(Guard)
        one(): unknown {
          return {};
        }
      }
      return Guarded;
    };
    const { get } = await start({ controllers: [controller('a')] });
    expect([(await get('/a')).status, (await get('/a')).status, loads]).toEqual([200, 200, 1]);
    @Module({ controllers: [controller('b')] })
    class OtherModule {}
    await expect(
      startApp({ controllers: [controller('a')], imports: [OtherModule] }),
    ).rejects.toThrow(/run by several instances/);
  });
});
