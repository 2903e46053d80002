export { CacheModule } from './cache.module.js';
export type {
  CacheModuleExtras,
  CacheModuleForRoot,
  CacheModuleForRootAsync,
} from './cache.module.js';
export { CacheService } from './cache.service.js';
export { CacheAside } from './nest/cache-aside.decorator.js';
export type { MethodCacheDecorator } from './nest/cache-aside.decorator.js';
export { CacheAsideInterceptor } from './nest/cache-aside.interceptor.js';
export type {
  AnswerEntry,
  AnswerScope,
  HandlerCacheOptions,
  Instances,
  MethodCacheOptions,
  RawHandlerOptions,
  ReadingHandlerOptions,
} from './nest/cache-aside.options.js';
export { CacheInvalidate } from './nest/cache-invalidate.decorator.js';
export type {
  CacheInvalidateOptions,
  InvalidateDecorator,
  StalePattern,
} from './nest/cache-invalidate.decorator.js';
export { userPattern } from './nest/private-keys.js';
export { InjectCache } from './nest/inject-cache.decorator.js';
export { cacheToken } from './nest/cache-binding.js';
export type { NestCacheOptions, Subject } from './nest/nest-cache-options.js';
export { rawRequest, validated } from './nest/request-input.js';
export type { RawRequest, RequestShape } from './nest/request-input.js';
export { cacheKey, cachePattern, encodeSegment } from './keys/cache-key.js';
export type { CacheKey, CachePattern, KeySegment } from './keys/cache-key.js';
export { lintKey } from './keys/key-lint.js';
export { CACHE_MODULE_OPTIONS } from './cache.tokens.js';
export type { CacheModuleOptions, CompressionOptions } from './cache-options.js';
export type { LocalOptions } from './near-cache/near-cache-options.js';
export type { CacheStats, LocalFigures } from './cache-stats.js';
export type { CacheCounts } from './cache-counters.js';
export {
  CacheError,
  CacheLoadTimeoutError,
  CacheKeyInvalidError,
  CacheOptionsError,
  CachePatternInvalidError,
  CacheUnavailableError,
} from './cache-errors.js';
export type { CacheErrorCode, UnavailableReason } from './cache-errors.js';
export { CacheLogLine, silentLog } from './cache-log.js';
export type { CacheLogger, CacheLogFields } from './cache-log.js';
export type { InvalidationLog, LogBatch, InvalidationSet } from './outbox/invalidation-log.js';
export { FreshnessGuard } from './outbox/freshness-guard.js';
export type {
  Consistency,
  FreshnessFigures,
  FreshnessParts,
  CommitPosition,
} from './outbox/freshness-guard.js';
export type { RelayState } from './outbox/relay.js';
export { createCache } from './cache-factory.js';
export { CacheEngine } from './engine/cache-engine.js';
export type { EngineParts, SetOptions } from './engine/engine-parts.js';
export type {
  AdaptedTerms,
  CacheEntry,
  GetOrSetOptions,
  Lifetime,
  LoadContext,
  Loader,
} from './values/get-or-set-options.js';
export type { Compression, CompressionCodec } from './values/compression.js';
export { JsonText } from './values/json-text.js';
export type { ValueOptions } from './values/value-codec.js';
export type { ValueSerializer } from './values/value-serializer.js';
export { LeaseToken } from './engine/load/lease-token.js';
export { escapeGlob, Glob } from './keys/glob.js';
export { runWithCacheDeadline } from './engine/request-deadline.js';
export type { KeyDetails, KeyList, KeyQuery, KeySummary, MatchCount } from './engine/inspection.js';
export type { NearCacheFigures, NearCacheBounds } from './engine/read/near-reads.js';
export type {
  RedisNode,
  RedisSettings,
  SentinelSettings,
  StandaloneSettings,
} from './store/redis/connection/redis-settings.js';
export type { BatchAnswer, BatchLoader } from './engine/read/batch-load.js';
export type { GetOrSetManyOptions, KeyValue } from './engine/read/get-or-set-many.js';
export { checkedRedisSettings } from './store/redis/connection/check-redis-settings.js';
export { script } from './store/redis/scripts/script.js';
export type { CoherenceSettings } from './store/redis/near-cache/redis-near-cache.js';
export { RedisStore } from './store/redis/redis-store.js';
export type { RedisStoreOptions } from './store/redis/redis-store.js';
export type {
  Command,
  LinkEvent,
  RedisLink,
  RedisLinkFactory,
} from './store/redis/connection/redis-link.js';
export { nodeRedisLink } from './store/redis/connection/node-redis-link.js';
export { MemoryStore } from './store/memory/memory-store.js';
export type { MemoryStoreOptions } from './store/memory/memory-store.js';
export type {
  Acquisition,
  CacheStore,
  KeyPage,
  Lease,
  LeaseTerms,
  ListedKey,
  InvalidationFeed,
  RefreshLease,
  RefreshTerms,
  RefreshAcquisition,
  RemovalOptions,
  StoreScript,
  StoreStatistics,
  TimedText,
} from './store/cache-store.js';
export type { RelayStore, RelayStatus, RelayRound, RoundEnd } from './store/relay-store.js';
export type { InvalidationListener } from './near-cache/invalidation-stream.js';
export { ALL_KEYS, selectKeys, selectPattern } from './keys/key-selection.js';
export type { KeySelection } from './keys/key-selection.js';
export type { NearCacheCounters } from './near-cache/near-cache.js';
export type { LeaseWatch } from './store/lease-watch.js';
export type { Clock } from './clock.js';
export { systemClock } from './clock.js';
