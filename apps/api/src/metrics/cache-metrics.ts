import type { Metric } from './metric.js';
import { histogram, sample } from './metric.js';
import type { ByLabel } from './metric-kinds.js';
import {
  byCounter,
  byNamespace,
  counter,
  gauge,
  labelled,
  named,
  namespaces,
  ofNamespace,
  summed,
  sums,
  timing,
} from './metric-kinds.js';

const RESULTS: ByLabel = {
  hit: 'hit',
  local_hit: 'local_hit',
  stale_hit: 'stale_hit',
  miss: 'miss',
  bypass: 'bypass',
};
const CIRCUIT_STATES = ['closed', 'open', 'half-open'];

/** The metrics of the cache. Their page is made from this list. */
export const CACHE_METRICS: readonly Metric[] = [
  // The names of the guide; the server counts all its clients, since it started.
  gauge('cache_hit_rate', 'Cache hit rate', 'store', ({ store }) =>
    sample(rateOf(store?.hits, store?.misses)),
  ),
  gauge('cache_keys_total', 'Total cache keys', 'store', ({ store }) => sample(store?.keys)),
  gauge('cache_memory_bytes', 'Cache memory usage in bytes', 'store', ({ store }) =>
    sample(store?.usedMemoryBytes),
  ),
  gauge('cache_connected', 'Whether the cache store answers this process', 'process', (scrape) =>
    sample(scrape.connected ? 1 : 0),
  ),
  counter('cache_evictions_total', 'Keys that the store evicted', 'store', ({ store }) =>
    sample(store?.evictions),
  ),
  gauge(
    'cache_index_members',
    'Members of the key index, which may lag behind the keys',
    'store',
    ({ store }) => sample(store?.indexMembers),
  ),
  gauge('cache_processes', 'Processes that report to the store', 'store', ({ processes }) =>
    sample(processes),
  ),

  // Reads and loads.
  byNamespace('cache_gets_total', 'Reads, each counted once, when it ends', 'result', RESULTS),
  byNamespace(
    'cache_miss_causes_total',
    'Why reads missed, estimated from a sample of the keys',
    'cause',
    named('cause_'),
  ),
  byNamespace('cache_puts_total', 'Values stored', 'via', named('put_')),
  byNamespace(
    'cache_puts_refused_total',
    'Values that were not stored',
    'reason',
    named('refused_'),
  ),
  {
    ...counter('cache_loads_total', 'Loader runs that ended', 'process', ({ own }) =>
      namespaces(own, ([namespace, tally]) => [
        ...sample(tally.loads.count, { namespace, outcome: 'done' }),
        ...sample(tally.get('load_failed'), { namespace, outcome: 'failed' }),
      ]),
    ),
    labels: ['namespace', 'outcome'],
  },
  {
    ...timing('cache_load_duration_seconds', 'Time that loaders took', ({ own }) =>
      namespaces(own, ([namespace, { loads }]) =>
        histogram('cache_load_duration_seconds', loads, { namespace }),
      ),
    ),
    labels: ['namespace'],
  },
  ofNamespace(
    'cache_saved_seconds_total',
    'Time of loads that hits have saved, estimated from the mean load of this process',
    'saved_ms',
    1_000,
  ),
  summed('cache_joined_loads_total', 'Reads that joined a load of this process', 'joined'),
  summed('cache_lease_waits_total', 'Waits for the load of another process', 'waited'),
  summed('cache_lease_takeovers_total', 'Loads taken over from a late process', 'takeover'),
  byCounter('cache_refreshes_total', 'Background refreshes that ended', 'outcome', {
    done: 'refreshed',
    failed: 'refresh_failed',
  }),
  ofNamespace(
    'cache_stored_bytes_total',
    'Bytes of the values stored, as they are kept',
    'stored_bytes',
  ),
  ofNamespace('cache_compression_saved_bytes_total', 'Bytes that compression saved', 'saved_bytes'),

  // Removals.
  {
    ...byNamespace('cache_removed_keys_total', 'Keys removed', 'cause', named('removed_')),
    read: ({ own }) =>
      own?.namespaces.flatMap((each) => labelled(each, 'cause', named('removed_'))) ?? [],
  },
  {
    ...counter(
      'cache_removals_total',
      'Removals, confirmed by the store or not',
      'process',
      ({ own }) => [
        ...sums(own, 'cause', named('removal_'), { outcome: 'confirmed' }),
        ...sums(own, 'cause', named('unconfirmed_'), { outcome: 'failed' }),
      ],
    ),
    labels: ['cause', 'outcome'],
  },
  timing(
    'cache_removal_confirm_seconds',
    'Time until the store, and processes with copies, confirmed a removal',
    ({ own }) => histogram('cache_removal_confirm_seconds', own?.confirmations),
  ),
  gauge(
    'cache_pending_removals',
    'Removals that the store has not confirmed; this process bypasses it until it has',
    'process',
    ({ local }) => sample(local.pending_removals),
  ),

  // The store as this process sees it.
  {
    ...timing(
      'cache_store_duration_seconds',
      'Time that store calls took, waits in the process excluded',
      ({ own }) =>
        own?.calls.flatMap(([operation, durations]) =>
          (durations?.count ?? 0) === 0
            ? []
            : histogram('cache_store_duration_seconds', durations, { operation }),
        ) ?? [],
    ),
    labels: ['operation'],
  },
  byCounter(
    'cache_store_errors_total',
    'Store calls that failed or were not made',
    'reason',
    named('store_'),
  ),
  {
    ...gauge('cache_circuit_state', 'The state of the circuit breaker is 1', 'process', (scrape) =>
      CIRCUIT_STATES.flatMap((state) => sample(scrape.local.circuit === state ? 1 : 0, { state })),
    ),
    labels: ['state'],
  },
  counter('cache_circuit_opened_total', 'Times that the circuit breaker opened', 'process', (s) =>
    sample(s.timesOpened),
  ),
  counter(
    'cache_spanning_removals_total',
    'Removals by pattern that no place covers, so that they ran in all shards of a Cluster',
    'process',
    (s) => sample(s.spannings),
  ),
  counter('cache_reports_dropped_total', 'Reports that the store did not take', 'process', (s) =>
    sample(s.own?.dropped),
  ),

  // The proof of freshness; unknown where nothing has to be proved.
  gauge('cache_fresh', 'Whether the store is proved to lack no invalidation', 'process', (s) =>
    sample(s.freshness && (s.freshness.fresh ? 1 : 0)),
  ),
  gauge('cache_proof_age_seconds', 'What was committed longer ago is applied', 'process', (s) =>
    sample(seconds(s.freshness?.proof_age_ms)),
  ),
  gauge('cache_relay_leading', 'Whether this process applies the log of events', 'process', (s) =>
    sample(s.freshness && (s.freshness.relay === 'leading' ? 1 : 0)),
  ),
  gauge('cache_relay_lag_seconds', 'Age of the oldest event of the last batch', 'process', (s) =>
    sample(seconds(s.freshness?.event_lag_ms)),
  ),
  counter('cache_relay_events_total', 'Events that this process applied', 'process', (s) =>
    sample(s.freshness?.events),
  ),

  // Copies in the memory of the process; unknown where none are kept.
  gauge('cache_local_entries', 'Local copies', 'process', (s) => sample(s.local.copies?.entries)),
  gauge('cache_local_bytes', 'Bytes of local copies', 'process', (s) =>
    sample(s.local.copies?.bytes),
  ),
  counter('cache_local_flushes_total', 'Times that all local copies went', 'process', (s) =>
    sample(s.local.copies?.flushes),
  ),
  counter('cache_local_gaps_total', 'Missing messages of removals', 'process', (s) =>
    sample(s.local.copies?.gaps),
  ),
  {
    ...gauge(
      'cache_doctor_findings',
      'Findings of the last look, in the process that looked',
      'process',
      ({ findings }) =>
        findings === undefined
          ? []
          : (['fail', 'warn', 'info'] as const).flatMap((severity) =>
              sample(findings[severity], { severity }),
            ),
    ),
    labels: ['severity'],
  },
  {
    ...counter(
      'cache_warming_entries_total',
      'Entries that warming has looked at',
      'process',
      ({ warmed }) =>
        [...warmed].flatMap(([warmer, outcomes]) =>
          Object.entries(outcomes).flatMap(([outcome, count]) =>
            sample(count, { warmer, outcome }),
          ),
        ),
    ),
    labels: ['warmer', 'outcome'],
  },
  {
    ...counter(
      'cache_principals_total',
      'Callers recognised from the cache, and cached callers refused',
      'process',
      ({ principals }) =>
        Object.entries(principals).flatMap(([result, count]) => sample(count, { result })),
    ),
    labels: ['result'],
  },
];

function rateOf(hits: number | undefined, misses: number | undefined): number | undefined {
  if (hits === undefined || misses === undefined || hits + misses === 0) return undefined;
  return hits / (hits + misses);
}

const seconds = (ms: number | null | undefined): number | null | undefined =>
  typeof ms === 'number' ? ms / 1_000 : ms;
