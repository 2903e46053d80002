import type { DynamicModule } from '@nestjs/common';
import { CacheModule } from '../cache.module.js';
import type { CacheTestingOptions } from './cache-testing.js';
import { CacheTesting } from './cache-testing.js';

/**
 * The real cache over a store of the test's own, without operation lines. Nothing is connected or
 * shared; inject {@link CacheTesting} to control it.
 *
 * ```ts
 * const app = await Test.createTestingModule({
 *   imports: [CacheTestingModule.forRoot()],
 *   providers: [UserStats],
 * }).compile();
 * await app.init();
 * const { faults, calls } = app.get(CacheTesting);
 * faults.disconnect();
 * await app.get(UserStats).of(123); // answered all the same
 * calls.count();
 * ```
 *
 * A module that imports `CacheModule` itself is tested with
 * `.overrideProvider(CacheService).useValue(testCache().cache)`.
 */
export const CacheTestingModule = {
  /** Import this instead of `CacheModule.forRoot(…)`. */
  forRoot(options: CacheTestingOptions = {}): DynamicModule {
    const testing = new CacheTesting(options);
    const { providers = [], exports = [], ...cache } = CacheModule.forRoot(testing.options);
    return {
      ...cache,
      providers: [...providers, { provide: CacheTesting, useValue: testing }],
      exports: [...exports, CacheTesting],
    };
  },
};
