import type { ExecutionContext } from '@nestjs/common';
import type { CacheModuleOptions } from '../cache-options.js';
import { CACHE_OPTIONS } from '../cache-options.js';
import type { KeySegment } from '../keys/cache-key.js';
import type { OptionKinds } from '../option-checks.js';
import { CALLBACK, FLAG } from '../option-checks.js';

/**
 * Identity of a caller: an id, or several parts that together determine the answer (tenant, id).
 */
export type Subject = KeySegment | readonly KeySegment[];

/** What `CacheModule.forRoot` takes: the options of the cache and of its Nest integration. */
export interface NestCacheOptions extends CacheModuleOptions {
  /**
   * Returns the caller's identity, for handlers with `scope: 'user'`. `undefined` means that the
   * caller is unknown: such a request bypasses the cache. Default: none; `scope: 'user'` is then
   * rejected at start.
   */
  readonly userOf?: ((context: ExecutionContext) => Subject | undefined) | undefined;
  /**
   * `false` disables every `@CacheAside` of this cache; the service itself and `@CacheInvalidate`
   * keep working. Default `true`.
   */
  readonly enabled?: boolean | undefined;
}

/** All options of a cache in a Nest application. */
export const NEST_CACHE_OPTIONS: OptionKinds<NestCacheOptions> = {
  ...CACHE_OPTIONS,
  userOf: CALLBACK,
  enabled: FLAG,
};
