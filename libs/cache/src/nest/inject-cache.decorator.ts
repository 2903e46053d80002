import { Inject } from '@nestjs/common';
import { cacheToken } from './cache-binding.js';

/**
 * Injects the cache of `CacheModule.forRoot({ name })`; without a name, the cache that has none.
 *
 * ```ts
 * constructor(@InjectCache('reports') private readonly reports: CacheService) {}
 * ```
 */
export function InjectCache(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(cacheToken(name));
}
