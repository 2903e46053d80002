import type { CacheModuleForRoot } from '../cache.module.js';
import { CacheService } from '../cache.service.js';
import type { Clock } from '../clock.js';
import type { CacheStore } from '../store/cache-store.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { FaultyStore } from './faulty-store.js';
import { RecordingStore } from './recording-store.js';

/** Options of a cache for tests: those of the module, except that the store is the test's own. */
export interface CacheTestingOptions extends Omit<CacheModuleForRoot, 'redis' | 'store'> {
  /** Clock of the cache and its store. Default: the system clock, or that of `store`. */
  readonly clock?: Clock;
  /** The wrapped store. Default: an empty in-process store. */
  readonly store?: CacheStore;
}

/** A test's access to its cache. Injectable where `CacheTestingModule` is imported. */
export class CacheTesting {
  /** Makes the store fail, hang, lose replies, wait or disconnect. */
  readonly faults: FaultyStore;
  /** The store calls, and which keys were hit, missed, filled and removed. */
  readonly calls: RecordingStore;
  /** Options for a cache over this store: pass them to `CacheModule` or `CacheService`. */
  readonly options: CacheModuleForRoot;

  constructor(options: CacheTestingOptions = {}) {
    const { clock, store, ...rest } = options;
    const { maxEntries, maxBytes, removalTimeoutMs } = rest;
    const time = clock === undefined ? {} : { clock };
    const bounds = {
      ...(maxEntries !== undefined && { maxEntries }),
      ...(maxBytes !== undefined && { maxBytes }),
    };
    this.faults = new FaultyStore(store ?? new MemoryStore({ ...bounds, ...time }), {
      ...time,
      ...(removalTimeoutMs !== undefined && { removalTimeoutMs }),
    });
    this.calls = new RecordingStore(this.faults);
    this.options = { logLevel: 'off', ...rest, store: this.calls };
  }
}

/** A cache for tests with the test's access to it. */
export interface TestCache extends CacheTesting {
  readonly cache: CacheService;
}

/**
 * The real cache over a store of the test's own, without a Nest application: for classes that are
 * created with `new`. Nothing is connected or shared, and nothing needs closing unless `store`
 * does.
 *
 * ```ts
 * const { cache, calls } = testCache();
 * const stats = new UserStats(cache, repository);
 * ```
 */
export function testCache(options: CacheTestingOptions = {}): TestCache {
  const testing = new CacheTesting(options);
  return Object.assign(testing, { cache: new CacheService(testing.options) });
}
