import type { DynamicModule } from '@nestjs/common';
import type { CacheModuleExtras } from '../cache.module.js';
import { CacheModule } from '../cache.module.js';
import type { NestCacheOptions } from '../nest/nest-cache-options.js';
import type { MemoryStoreOptions } from '../store/memory/memory-store.js';
import { MemoryStore } from '../store/memory/memory-store.js';

/** Options of a cache for tests: those of the module, and those of its in-process store. */
export type CacheTestingOptions = Omit<NestCacheOptions, 'redis' | 'store'> &
  MemoryStoreOptions &
  CacheModuleExtras;

/** The real cache over an in-process store of the test's own, without operation lines. */
export const CacheTestingModule = {
  /** Import this instead of `CacheModule.forRoot(…)`; nothing is connected or shared. */
  forRoot(options: CacheTestingOptions = {}): DynamicModule {
    return CacheModule.forRoot({ logLevel: 'off', ...options, store: new MemoryStore(options) });
  },
};
