import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import { unlessUnavailable } from '@gad/cache/store';
import { PrincipalsService } from '../auth/principals/principals.service.js';
import { DoctorService } from '../doctor/doctor.service.js';
import { Kept } from '../doctor/kept.js';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CACHE_METRICS } from './cache-metrics.js';
import type { Metric, Scrape } from './metric.js';

const SERVICE = 'gad-api';
/** For so many milliseconds scrapes share what the store has answered. */
const SHARED_MS = 1_000;

/** A sample wakes the process: at Node's default of 10 ms that costs more than the rest of idling. */
const LAG_SAMPLE_MS = 100;
const LAGS = ['min', 'max', 'mean', 'p50', 'p90', 'p99', 'stddev'];

/** Node records the whole time between two samples; the lag is what exceeds the pause. */
function collectRuntimeMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  for (const each of LAGS) {
    const gauge = register.getSingleMetric(`nodejs_eventloop_lag_${each}_seconds`);
    if (!(gauge instanceof Gauge)) throw new Error(`prom-client has no lag '${each}' any more`);
    const set = gauge.set.bind(gauge);
    const pause = each === 'stddev' ? 0 : LAG_SAMPLE_MS / 1000;
    gauge.set = (labels: object | number, value: unknown = labels) => {
      // Without a sample it is unknown.
      if (Number.isNaN(value)) gauge.remove();
      else set(Math.max(0, Number(value) - pause));
    };
  }
}

/** What the store answers to a scrape. */
type StoreAnswer = Pick<Scrape, 'store' | 'processes'>;

/** Prometheus metrics of this process, in a registry of its own. */
@Injectable()
export class MetricsService {
  private readonly registry = new Registry();
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  #scrape: Scrape | undefined;
  readonly #answer = new Kept(SHARED_MS, () => this.#readStore());

  constructor(
    private readonly cache: CacheService,
    private readonly principals: PrincipalsService,
    private readonly doctor: DoctorService,
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
    for (const metric of CACHE_METRICS) this.#register(metric);
  }

  /**
   * Renders every metric whose value is known: Prometheus marks a series without a sample as stale,
   * whereas a 0 or NaN would enter sums and alerts. Costs three store calls whatever the size, which
   * scrapes within a second share.
   */
  async render(): Promise<string> {
    const { cache, principals } = this;
    const { connected, freshness, fleet } = cache;
    const answer = await this.#answer.get();
    const { hits: hit, forged, outdated } = principals.counts;
    this.#scrape = {
      ...{ ...answer, connected, freshness, local: cache.counts(), own: fleet?.own },
      ...{ timesOpened: cache.store.timesOpened, spannings: cache.store.spannings },
      ...{ principals: { hit, forged, outdated } },
      warmed: cache.warming.totals,
      findings: this.doctor.lastFindings,
    };
    return this.registry.metrics();
  }

  /** The registry asks each metric for its samples, and writes them. */
  #register({ read, ...about }: Metric): void {
    const metric = {
      ...about,
      get: () => ({ ...about, values: this.#scrape === undefined ? [] : read(this.#scrape) }),
    };
    // Its type wants one of its own classes; it uses the name and `get`.
    this.registry.registerMetric(metric as unknown as Gauge);
  }

  async #readStore(): Promise<StoreAnswer> {
    const { store, fleet, connected } = this.cache;
    // A store that is known to be unavailable is not waited for.
    if (!connected) return { store: undefined, processes: undefined };
    const asked = Promise.all([store.statistics('index'), fleet?.size()]);
    const [statistics, processes] = (await unlessUnavailable(asked)) ?? [];
    // What is known in part would enter graphs as a fall.
    return { store: statistics?.partial === true ? undefined : statistics, processes };
  }
}
