import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import type { CacheStats } from '@gad/cache';
import { PrincipalsService } from '../auth/principals/principals.service.js';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SERVICE = 'gad-api';

/** A figure of the store, `undefined` while it is unknown. */
const known = (stats: CacheStats, name: StoreFigure): number | undefined =>
  stats.unknown_figures.includes(name) ? undefined : stats[name];

type StoreFigure = 'hit_rate' | 'keys_count' | 'used_memory_bytes' | 'evicted_keys';

const seconds = (ms: number | null | undefined): number | undefined =>
  ms === null || ms === undefined ? undefined : ms / 1000;

/** A sample wakes the process: at Node's default of 10 ms that costs more than the rest of idling. */
const LAG_SAMPLE_MS = 100;
const LAGS = ['min', 'max', 'mean', 'p50', 'p90', 'p99'];

/** Node records the whole time between two samples; the lag is what exceeds the pause. */
function collectRuntimeMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  for (const each of LAGS) {
    const gauge = register.getSingleMetric(`nodejs_eventloop_lag_${each}_seconds`);
    if (!(gauge instanceof Gauge)) throw new Error(`prom-client has no lag '${each}' any more`);
    const set = gauge.set.bind(gauge);
    gauge.set = (labels: object | number, value: unknown = labels) => {
      set(Math.max(0, Number(value) - LAG_SAMPLE_MS / 1000));
    };
  }
}

/** Prometheus metrics of this process, in a registry of its own. */
@Injectable()
export class MetricsService {
  private readonly registry = new Registry();
  private readonly gauges: {
    readonly gauge: Gauge;
    readonly read: (stats: CacheStats) => number | undefined;
  }[];
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;

  constructor(
    private readonly cache: CacheService,
    principals: PrincipalsService,
  ) {
    this.registry.setDefaultLabels({ service: SERVICE });
    collectRuntimeMetrics(this.registry);
    this.requestSeconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [this.registry],
    });
    const gauge = (
      name: string,
      help: string,
      read: (stats: CacheStats) => number | undefined,
    ) => ({
      gauge: new Gauge({ name, help, registers: [this.registry] }),
      read,
    });
    this.gauges = [
      gauge('cache_hit_rate', 'Cache hit rate', (s) => known(s, 'hit_rate')),
      gauge('cache_keys_total', 'Total cache keys', (s) => known(s, 'keys_count')),
      gauge('cache_memory_bytes', 'Cache memory usage in bytes', (s) =>
        known(s, 'used_memory_bytes'),
      ),
      gauge('cache_connected', 'Whether the cache store answers', (s) => (s.connected ? 1 : 0)),
      gauge('cache_evicted_keys', 'Keys that the store evicted', (s) => known(s, 'evicted_keys')),
      gauge('cache_fresh', 'Whether the store is proved to lack no invalidation', (s) =>
        s.freshness?.fresh === false ? 0 : 1,
      ),
      gauge('cache_proof_age_seconds', 'What was committed longer ago is applied', (s) =>
        seconds(s.freshness?.proof_age_ms),
      ),
      gauge('cache_relay_leading', 'Whether this process applies the log of events', (s) =>
        s.freshness?.relay === 'leading' ? 1 : 0,
      ),
      gauge('cache_relay_lag_seconds', 'Age of the oldest event of the last batch', (s) =>
        seconds(s.freshness?.event_lag_ms),
      ),
      gauge('cache_relay_events', 'Events that this process applied', (s) => s.freshness?.events),
      gauge('cache_local_hits', 'Hits of this process', (s) => s.local.hits),
      gauge('cache_local_misses', 'Misses of this process', (s) => s.local.misses),
      gauge(
        'cache_principal_hits',
        'Callers that this process recognised from the cache',
        () => principals.counts.hits,
      ),
      gauge(
        'cache_principal_forged',
        'Cached callers refused because this application had not made them',
        () => principals.counts.forged,
      ),
      gauge(
        'cache_principal_outdated',
        'Cached callers refused because they had run out or an event was newer',
        () => principals.counts.outdated,
      ),
    ];
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /**
   * Renders every metric whose value is known: Prometheus marks a series without a sample as stale,
   * whereas a 0 or NaN would enter sums and alerts. Costs one `getStats`.
   */
  async render(): Promise<string> {
    const stats = await this.cache.getStats();
    for (const { gauge, read } of this.gauges) {
      const value = read(stats);
      if (value === undefined) gauge.remove();
      else gauge.set(value);
    }
    return this.registry.metrics();
  }
}
