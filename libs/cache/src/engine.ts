export { createCache } from './cache-factory.js';
export type { Cache } from './cache.js';
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
export type { CacheWarmer, WarmContext } from './warm/cache-warmer.js';
export type { KeyDetails, KeyList, MatchCount } from './engine/inspection.js';
export { CacheLogLine, silentLog } from './cache-log.js';
export type { CacheLogger, CacheLogFields } from './cache-log.js';
export { Doctor } from './doctor/doctor.js';
export type { Diagnosis, DoctorOptions } from './doctor/doctor.js';
export { DoctorWatch } from './doctor/doctor-watch.js';
export type { Finding, FindingText } from './doctor/finding.js';
