import type { Check } from './check.js';
import type { Examination } from './examination.js';
import { BIG_VALUES } from './checks/big-values.js';
import { CLOCK } from './checks/clock.js';
import { CLUSTER_COVERAGE } from './checks/cluster-coverage.js';
import { CLUSTER_REPLICA } from './checks/cluster-replica.js';
import { COMMAND_TRACING } from './checks/command-tracing.js';
import { COMPRESSION_VAIN } from './checks/compression-vain.js';
import { EVENT_LOOP } from './checks/event-loop.js';
import { EVICTION_NONE } from './checks/eviction-none.js';
import { EVICTION_ORDER } from './checks/eviction-order.js';
import { EVICTION_VOLATILE } from './checks/eviction-volatile.js';
import { EVICTIONS } from './checks/evictions.js';
import { FLAT_KEYS } from './checks/flat-keys.js';
import { HIT_RATIO } from './checks/hit-ratio.js';
import { HOT_KEY } from './checks/hot-key.js';
import { KEYS_MANY } from './checks/keys-many.js';
import { LAZY_EVICTION } from './checks/lazy-eviction.js';
import { MEMORY_LIMIT } from './checks/memory-limit.js';
import { MEMORY_NEAR_LIMIT } from './checks/memory-near-limit.js';
import { MEMORY_USED } from './checks/memory-used.js';
import { MIXED_OPTIONS } from './checks/mixed-options.js';
import { MIXED_VERSIONS } from './checks/mixed-versions.js';
import { NO_PROOF } from './checks/no-proof.js';
import { NO_SAVING } from './checks/no-saving.js';
import { ONE_NAMESPACE } from './checks/one-namespace.js';
import { OOM_REFUSALS } from './checks/oom-refusals.js';
import { PERSISTENT_KEYS } from './checks/persistent-keys.js';
import { READ_ONLY } from './checks/read-only.js';
import { REFUSED_FILLS } from './checks/refused-fills.js';
import { RELAY_LAG } from './checks/relay-lag.js';
import { RELAY_MISSING } from './checks/relay-missing.js';
import { ROUND_TRIP } from './checks/round-trip.js';
import { SHARED_DATABASE } from './checks/shared-database.js';
import { SLOW_LOADS } from './checks/slow-loads.js';
import { STOP_WRITES } from './checks/stop-writes.js';
import { STORE_AUTHENTICATED } from './checks/store-authenticated.js';
import { STORE_PERMISSIONS } from './checks/store-permissions.js';
import { STORE_REACHABLE } from './checks/store-reachable.js';
import { STORE_VERSION } from './checks/store-version.js';
import { UNKNOWN_KEYS } from './checks/unknown-keys.js';

/** Every check of a cache and its server, in the order in which they are shown. */
export const CACHE_CHECKS: readonly Check<Examination>[] = [
  // The server, and whether it can be used.
  ...[STORE_REACHABLE, STORE_AUTHENTICATED, STORE_PERMISSIONS, STORE_VERSION],
  ...[CLUSTER_COVERAGE, CLUSTER_REPLICA],
  ...[READ_ONLY, STOP_WRITES, ROUND_TRIP, CLOCK],
  // Its memory.
  ...[MEMORY_LIMIT, EVICTION_NONE, EVICTION_VOLATILE, EVICTION_ORDER, LAZY_EVICTION],
  ...[OOM_REFUSALS, MEMORY_NEAR_LIMIT, MEMORY_USED, EVICTIONS, KEYS_MANY],
  // What is in it.
  ...[SHARED_DATABASE, UNKNOWN_KEYS, PERSISTENT_KEYS, FLAT_KEYS, BIG_VALUES],
  // How the cache is used.
  ...[HIT_RATIO, ONE_NAMESPACE, COMPRESSION_VAIN, HOT_KEY, SLOW_LOADS],
  ...[REFUSED_FILLS, NO_SAVING],
  // The processes.
  ...[NO_PROOF, RELAY_MISSING, RELAY_LAG, MIXED_OPTIONS, MIXED_VERSIONS],
  ...[EVENT_LOOP, COMMAND_TRACING],
];
