import type { InjectionToken } from '@nestjs/common';
import { CacheService } from '../cache.service.js';
import type { NestCacheOptions } from './nest-cache-options.js';

/** One cache as the decorators use it. */
export interface CacheFace {
  readonly cache: CacheService;
  /** Whether `@CacheAside` caches at all. */
  readonly enabled: boolean;
  readonly userOf: NestCacheOptions['userOf'];
}

/** Injection token of a cache: the class `CacheService` for the one without a name. */
export function cacheToken(name: string | undefined): InjectionToken<CacheService> {
  return name === undefined ? CacheService : `CacheService:${name}`;
}

/** Injection token of what the decorators use; modules keep it to themselves. */
export function cacheFaceToken(name: string | undefined): string {
  return `CacheFace:${name ?? ''}`;
}
