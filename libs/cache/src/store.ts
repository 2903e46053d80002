export { CacheEngine } from './engine/cache-engine.js';
export { unlessUnavailable } from './cache-errors.js';
export type {
  InvalidationLog,
  LogBatch,
  LogHost,
  InvalidationSet,
  StalePattern,
} from './outbox/invalidation-log.js';
export { FreshnessGuard } from './outbox/freshness-guard.js';
export { ShardedFreshness } from './outbox/sharded-freshness.js';
export type { Consistency, FreshnessProbe } from './outbox/freshness.js';
export type { KeyLook, KeyState, NotServed } from './engine/key-look.js';
export type { KeyTreePage, KeyTreeQuery } from './engine/inspection.js';
export type { RelayState } from './outbox/relay.js';
export type {
  RelayServer,
  RelayStore,
  RelayStatus,
  RelayRound,
  RoundEnd,
} from './store/relay-store.js';
export { RedisStore } from './store/redis/redis-store.js';
export type { RedisStoreOptions } from './store/redis/redis-store.js';
export { ShardedStore } from './store/redis/cluster/sharded-store.js';
export type {
  NodeClientFactory,
  ShardedStoreOptions,
} from './store/redis/cluster/sharded-store.js';
export { MemoryStore } from './store/memory/memory-store.js';
export type { MemoryStoreOptions } from './store/memory/memory-store.js';
export type {
  ClusterSettings,
  SentinelSettings,
  ServerSettings,
  StandaloneSettings,
  RedisNode,
} from './store/redis/connection/redis-settings.js';
export { hostInUrl } from './store/redis/connection/redis-settings.js';
export { script } from './store/redis/scripts/script.js';
export type {
  StoreScript,
  Acquisition,
  CacheStore,
  KeyContent,
  KeyPage,
  Lease,
  LeaseTerms,
  ListedKey,
  InvalidationFeed,
  RefreshLease,
  RefreshTerms,
  RefreshAcquisition,
  RemovalOptions,
  Shards,
  StoreStatistics,
  TimedText,
} from './store/cache-store.js';
export type { KeyBranch, KeyBranches } from './store/key-branches.js';
export type { InvalidationListener } from './near-cache/invalidation-stream.js';
export type { KeySelection } from './keys/key-selection.js';
export { selectPattern } from './keys/key-selection.js';
export type { LeaseWatch } from './store/lease-watch.js';
export { AsyncScope } from './async-scope.js';
export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
export type {
  Fleet,
  FleetEntry,
  FleetView,
  OwnFigures,
  KeyHistory,
  Totals,
} from './observe/fleet.js';
export { countersOf } from './observe/fleet.js';
export { RecentHistory } from './observe/recent-history.js';
export type { FleetBoard } from './observe/fleet-board.js';
export type { HistoryRange, HistorySlot } from './observe/history.js';
export type { WarmingBoard, WarmingState } from './store/warming-board.js';
export type { WarmProgress, WarmResult, WarmRun } from './warm/cache-warmer.js';
export { BOUNDS_MS } from './observe/histogram.js';
export { COUNTER_NAMES } from './observe/tally.js';
export type { Counter } from './observe/tally.js';
export type { LocalFigures } from './cache-stats.js';
export { heaviest, histogramSum } from './observe/snapshot.js';
export { missSharesOf } from './observe/miss-shares.js';
export type { Snapshot } from './observe/snapshot.js';
export { Glob, escapeGlob } from './keys/glob.js';
export { CacheLogLine, silentLog } from './cache-log.js';
export type { CacheLogger, CacheLogFields } from './cache-log.js';
export type {
  Command,
  ClientEvent,
  RedisClient,
  RedisClientFactory,
} from './store/redis/connection/redis-client.js';
export { nodeRedisClient } from './store/redis/connection/node-redis-client.js';
export type {
  KeySample,
  ServerFacts,
  ServerPlace,
  StoreServer,
  WatchTurn,
} from './store/store-server.js';
export { CACHE_CHECKS } from './doctor/checks.js';
export { DOCTOR_LANGUAGES } from './doctor/check.js';
export type { Examination } from './doctor/examination.js';
export type { Check, DoctorLanguage, Severity, Words } from './doctor/check.js';
export { diagnosisInWords } from './doctor/finding.js';
export type { SettingText } from './doctor/finding.js';
export { lastFindings } from './doctor/looks.js';
