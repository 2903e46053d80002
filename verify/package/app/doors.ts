/** Every door, as compilers of several versions must understand it. Nothing here runs. */
import { CacheAside, CacheModule, CacheService, cacheKey } from '@gad/cache';
import type { CacheModuleOptions, GetOrSetOptions } from '@gad/cache';
import { createCache } from '@gad/cache/engine';
import type { Cache } from '@gad/cache/engine';
import { MemoryStore } from '@gad/cache/store';
import type { CacheStore, InvalidationLog } from '@gad/cache/store';
import { FakeClock, testCache } from '@gad/cache/testing';

export const options: CacheModuleOptions = { prefix: 'shop:', redis: { url: 'redis://localhost' } };
export const times: GetOrSetOptions = { ttl: 60, staleWhileRevalidate: 600, jitter: 0.1 };
export const module = CacheModule.forRootAsync({ useFactory: () => options });
export const plain: Cache = createCache(options);
export const price: Promise<number> = plain.getOrSet('k', () => 1, times);
export const store: CacheStore = new MemoryStore({ clock: new FakeClock() });
export const { cache }: { cache: CacheService } = testCache();
export type Log = InvalidationLog;

export class Repository {
  @CacheAside({ key: (id: number) => cacheKey`row:${id}`, ttl: 60 })
  async find(id: number): Promise<{ id: number }> {
    return Promise.resolve({ id });
  }

  // @ts-expect-error the key is made of another argument than the method has
  @CacheAside({ key: (id: string) => cacheKey`row:${id}`, ttl: 60 })
  async wrong(id: number): Promise<{ id: number }> {
    return Promise.resolve({ id });
  }
}
