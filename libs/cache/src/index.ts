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
export { cacheToken } from './nest/cache-face.js';
export type { NestCacheOptions, Subject } from './nest/nest-cache-options.js';
export { rawRequest, validated } from './nest/request-input.js';
export type { RawRequest, RequestShape } from './nest/request-input.js';
export { cacheKey, cachePattern, encodeSegment } from './cache-key.js';
export type { CacheKey, CachePattern, KeySegment } from './cache-key.js';
export { keyFlaw } from './key-lint.js';
export { CACHE_MODULE_OPTIONS } from './cache.tokens.js';
export type { CacheModuleOptions, CompressionOptions } from './cache-options.js';
export type { LocalOptions } from './local/local-options.js';
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
export type { CacheLog, CacheLogFields } from './cache-log.js';
export type { InvalidationLog, LogReading, Stale } from './freshness/invalidation-log.js';
export { Freshness } from './freshness/freshness.js';
export type {
  Consistency,
  FreshnessFigures,
  FreshnessParts,
  Written,
} from './freshness/freshness.js';
export type { RelayState } from './freshness/relay.js';
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
} from './engine/cache-entry.js';
export type { Compression, CompressionCodec } from './engine/compression.js';
export type { ValueOptions } from './engine/value-codec.js';
export type { ValueSerializer } from './engine/value-serializer.js';
export { FillToken } from './engine/fill-token.js';
export { escapeGlob, Glob } from './engine/glob.js';
export { runWithCacheBudget } from './engine/request-budget.js';
export type { KeyDetails, KeyList, KeyQuery, KeySummary, MatchCount } from './engine/inspection.js';
export type { CopyFigures, LocalBounds } from './engine/local-reads.js';
export type {
  RedisNode,
  RedisSettings,
  SentinelSettings,
  StandaloneSettings,
} from './store/redis/redis-settings.js';
export type { BatchAnswer, BatchLoader } from './engine/batch.js';
export type { GetOrSetManyOptions, KeyValue } from './engine/many.js';
export { script } from './store/redis/scripts/script.js';
export type { CoherenceSettings } from './store/redis/redis-coherence.js';
export { RedisStore } from './store/redis/redis-store.js';
export type { RedisStoreOptions } from './store/redis/redis-store.js';
export type { Command, LinkEvent, RedisLink, RedisLinkFactory } from './store/redis/redis-link.js';
export { nodeRedisLink } from './store/redis/node-redis-link.js';
export { MemoryStore } from './store/memory/memory-store.js';
export type { MemoryStoreOptions } from './store/memory/memory-store.js';
export type {
  Acquisition,
  CacheStore,
  KeyPage,
  Lease,
  LeaseTerms,
  ListedKey,
  LocalCoherence,
  RefreshLease,
  RefreshTerms,
  RefreshTurn,
  StoreScript,
  StoreStatistics,
  TimedText,
} from './store/cache-store.js';
export type { CursorStore, Sighting, Turn, TurnEnd } from './store/cursor-store.js';
export type { LocalCopies } from './local/coherence-chain.js';
export type { Removed } from './local/removed.js';
export type { LocalTierFigures } from './local/local-tier.js';
export type { LeaseWatch } from './store/lease-watch.js';
export type { Clock } from './clock.js';
export { systemClock } from './clock.js';
