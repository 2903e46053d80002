import { Injectable } from '@nestjs/common';
import { CacheService, type CacheStats } from '@gad/cache';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SERVICE = 'gad-api';

/** Prometheus metrics of this process, in a registry of its own. */
@Injectable()
export class MetricsService {
  private readonly registry = new Registry();
  private readonly gauges: {
    readonly gauge: Gauge;
    readonly read: (stats: CacheStats) => number;
  }[];
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;

  constructor(private readonly cache: CacheService) {
    this.registry.setDefaultLabels({ service: SERVICE });
    collectDefaultMetrics({ register: this.registry });
    this.requestSeconds = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [this.registry],
    });
    const gauge = (name: string, help: string, read: (stats: CacheStats) => number) => ({
      gauge: new Gauge({ name, help, registers: [this.registry] }),
      read,
    });
    this.gauges = [
      gauge('cache_hit_rate', 'Cache hit rate', (s) => s.hit_rate),
      gauge('cache_keys_total', 'Total cache keys', (s) => s.keys_count),
      gauge('cache_memory_bytes', 'Cache memory usage in bytes', (s) => s.used_memory_bytes),
      gauge('cache_connected', 'Whether the cache store answers', (s) => (s.connected ? 1 : 0)),
      gauge('cache_evicted_keys', 'Keys that the store evicted', (s) => s.evicted_keys),
      gauge('cache_local_hits', 'Hits of this process', (s) => s.local.hits),
      gauge('cache_local_misses', 'Misses of this process', (s) => s.local.misses),
    ];
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** Reads the cache once and renders everything. Costs one `getStats`. */
  async render(): Promise<string> {
    const stats = await this.cache.getStats();
    for (const { gauge, read } of this.gauges) gauge.set(read(stats));
    return this.registry.metrics();
  }
}
