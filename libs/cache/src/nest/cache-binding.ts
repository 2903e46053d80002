import type { InjectionToken } from '@nestjs/common';
import { CacheOptionsError } from '../cache-errors.js';
import { CacheService } from '../cache.service.js';
import { resolveOptions } from '../cache-options.js';
import { nested, overlap } from '../store/redis/open-key-spaces.js';
import { databaseOf } from '../store/redis/connection/redis-settings.js';
import type { CacheStore } from '../store/cache-store.js';
import type { NestCacheOptions } from './nest-cache-options.js';
import { NEST_CACHE_OPTIONS } from './nest-cache-options.js';

/** One cache with what the decorators need of it. */
export interface CacheBinding {
  readonly name: string | undefined;
  readonly cache: CacheService;
  /** Whether `@CacheAside` caches; option `enabled` of the module. */
  readonly enabled: boolean;
  readonly userOf: NestCacheOptions['userOf'];
  readonly keySpace: KeySpace;
  /** Set once the store has been opened, by Nest or by the first call of a decorated method. */
  opening: Promise<void> | undefined;
}

/** Where the keys of a cache are stored. The key spaces of two caches must not overlap. */
interface KeySpace {
  readonly store: CacheStore | undefined;
  /** Absent for an in-process store. Redis servers are not distinguished. */
  readonly shared: CacheStore['keySpace'];
}

export function cacheFace(
  name: string | undefined,
  cache: CacheService,
  options: NestCacheOptions,
): CacheBinding {
  const { prefix, store, redis } = resolveOptions(options, NEST_CACHE_OPTIONS);
  const given = redis && { prefix, database: databaseOf(redis) };
  return {
    name,
    cache,
    enabled: options.enabled ?? true,
    userOf: options.userOf,
    keySpace: { store, shared: store === undefined ? given : store.keySpace },
    // A test double of the service need not be a `CacheService`.
    opening: cache instanceof CacheService ? undefined : Promise.resolve(),
  };
}

/**
 * Rejects two caches of one program that would share keys or bookkeeping. One server has many
 * addresses (names, IP addresses, a TLS port, Sentinels) and may be unavailable at start, so
 * addresses are not compared: two caches in Redis need prefixes of which neither begins with the
 * other, or databases with different numbers. In-process stores share nothing.
 *
 * @throws CacheOptionsError
 */
export function assertApart(one: CacheBinding, other: CacheBinding): void {
  const { store, shared: a } = one.keySpace;
  const { store: otherStore, shared: b } = other.keySpace;
  if (store !== undefined && store === otherStore) {
    throw new CacheOptionsError(
      'store',
      'store is one object in two caches, which would share their keys: give each cache a store of its own.',
    );
  }
  if (a !== undefined && b !== undefined && overlap(a, b)) throw nested(a, b);
}

/** Injection token of a module's {@link CacheBinding}. */
export const CACHE_FACE: unique symbol = Symbol('CACHE_FACE');

/** Injection token of a cache: the class `CacheService` for the cache without a name. */
export function cacheToken(name: string | undefined): InjectionToken<CacheService> {
  return name === undefined ? CacheService : `CacheService:${name}`;
}
