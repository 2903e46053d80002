export { CacheModule } from './cache.module.js';
export { CacheService } from './cache.service.js';
export { createCache } from './cache-factory.js';
export { CacheAside } from './nest/cache-aside.decorator.js';
export { CacheInvalidate } from './nest/cache-invalidate.decorator.js';
export type { CacheInvalidateOptions } from './nest/cache-invalidate.decorator.js';
export { WarmsCache } from './nest/warms-cache.decorator.js';
export type { CacheWarmer, WarmContext } from './warm/cache-warmer.js';
export { CacheReadAhead } from './nest/cache-read-ahead.js';
export { InjectCache } from './nest/inject-cache.decorator.js';
export { cacheToken } from './nest/cache-binding.js';
export { userPattern } from './nest/private-keys.js';
export { rawRequest, validated } from './nest/request-input.js';
export type { RawRequest } from './nest/request-input.js';
export { cacheKey, cachePattern } from './keys/cache-key.js';
export type { CacheKey, CachePattern } from './keys/cache-key.js';
export { runWithCacheDeadline } from './engine/request-deadline.js';
export {
  CacheError,
  CacheLoadTimeoutError,
  CacheKeyInvalidError,
  CacheOptionsError,
  CachePatternInvalidError,
  CacheUnavailableError,
} from './cache-errors.js';
export type { CacheErrorCode, UnavailableReason } from './cache-errors.js';
export type { CacheModuleOptions } from './cache-options.js';
export type { LocalOptions } from './near-cache/near-cache-options.js';
export type { JsonOf } from './values/json-of.js';
export { richJson } from './values/rich-json.js';
export type { ValueSerializer } from './values/value-serializer.js';
export type { RedisSettings } from './store/redis/connection/redis-settings.js';
export { checkedRedisSettings } from './store/redis/connection/check-redis-settings.js';
export type { NestCacheOptions, Subject } from './nest/nest-cache-options.js';
export type { CacheStats } from './cache-stats.js';
export type { FreshnessFigures, CommitPosition } from './outbox/freshness.js';
export type {
  GetOrSetOptions,
  Loader,
  LoadContext,
  CacheEntry,
} from './values/get-or-set-options.js';
export type { GetOrSetManyOptions } from './engine/read/get-or-set-many.js';
export type { SetOptions } from './engine/engine-parts.js';
export type { BatchLoader } from './engine/read/batch-load.js';
export type { LeaseToken } from './engine/load/lease-token.js';
export type {
  HandlerCacheOptions,
  MethodCacheOptions,
  AnswerEntry,
} from './nest/cache-aside.options.js';
export { JsonText } from './values/json-text.js';
export type { KeyDetails, KeyList } from './engine/inspection.js';
