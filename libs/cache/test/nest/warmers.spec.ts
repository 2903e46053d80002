import { Injectable, Scope } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import type { CacheWarmer, WarmContext } from '@gad/cache';
import { CacheModule, WarmsCache, cacheToken } from '@gad/cache';
import type { CacheService } from '@gad/cache';
import { appPerTest, startApp } from '../support/nest-app.js';

@Injectable()
@WarmsCache()
class Prices implements CacheWarmer<number> {
  readonly name: string = 'prices';
  *candidates(): Generator<number> {
    yield* [1, 2, 3];
  }
  keyOf(id: number): string {
    return `prices:${id}`;
  }
  warm(id: number, context: WarmContext): Promise<unknown> {
    return context.getOrSet(this.keyOf(id), () => id * 10, { ttl: 60 });
  }
}

@Injectable()
@WarmsCache({ cache: 'reports' })
class Reports extends Prices {
  override readonly name = 'reports';
}

@Injectable({ scope: Scope.REQUEST })
@WarmsCache()
class OfARequest extends Prices {}

const start = appPerTest();

describe('@WarmsCache', () => {
  it('a provider with @WarmsCache is found, and warms the cache at the start', async () => {
    const { cache } = await start({ providers: [Prices] });
    expect(cache.warming.warmers).toEqual(['prices']);
    while (!cache.warming.settled) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await cache.getMany(['prices:1', 'prices:3'])).toEqual([10, 30]);
  });

  it('a provider with @WarmsCache warms the cache that it names', async () => {
    const imports = [CacheModule.forRoot({ name: 'reports', prefix: 'reports:', logLevel: 'off' })];
    const { app, cache } = await start({ providers: [Prices, Reports], imports });
    const reports = app.get<CacheService>(cacheToken('reports'), { strict: false });
    expect(cache.warming.warmers).toEqual(['prices']);
    expect(reports.warming.warmers).toEqual(['reports']);
  });

  it('@WarmsCache is refused at the start on a request-scoped provider, and for a cache that does not exist', async () => {
    await expect(startApp({ providers: [OfARequest] })).rejects.toThrow('neither request-scoped');
    await expect(startApp({ providers: [Reports] })).rejects.toThrow('reports');
    expect(() => WarmsCache({ name: 'x' } as object)).toThrow('is not an option of @WarmsCache');
  });
});
