import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { DoctorService } from '../src/doctor/doctor.service.js';
import { CACHE_METRICS } from '../src/metrics/cache-metrics.js';
import { IDS, onEveryCacheSetup, TestApi } from './support/api.js';
import { Scraped } from './support/metrics.js';
import { createTarea } from './support/new-tarea.js';

const OF_READS = 'namespace="stats:user"';

onEveryCacheSetup('the metrics of the cache', (api) => {
  const scrape = () => Scraped.of(api());
  const read = (days: number) =>
    api().get(`/stats/user/${IDS.usuario}?days=${days}`, { as: 'admin' });

  it('a miss, hits and a clear show in the metrics, each once', async () => {
    await read(41);
    const before = await scrape();
    await read(42);
    for (let n = 0; n < 3; n++) await read(42);
    await api().post('/cache/clear', { as: 'admin' });
    const after = await scrape();
    const moved = (series: string) => after.since(before, series);
    const hits = ['hit', 'local_hit'].map((result) =>
      moved(`cache_gets_total{${OF_READS},result="${result}"}`),
    );
    expect(hits.reduce((a, b) => a + b)).toBe(3);
    expect(moved(`cache_gets_total{${OF_READS},result="miss"}`)).toBe(1);
    expect(moved(`cache_loads_total{${OF_READS},outcome="done"}`)).toBe(1);
    expect(moved(`cache_load_duration_seconds_count{${OF_READS}}`)).toBe(1);
    expect(moved(`cache_load_duration_seconds_bucket{${OF_READS},le="+Inf"}`)).toBe(1);
    expect(moved(`cache_load_duration_seconds_sum{${OF_READS}}`)).toBeGreaterThan(0);
    expect(moved(`cache_puts_total{${OF_READS},via="fill"}`)).toBe(1);
    expect(moved(`cache_stored_bytes_total{${OF_READS}}`)).toBeGreaterThan(100);
    expect(moved(`cache_saved_seconds_total{${OF_READS}}`)).toBeGreaterThan(0);
    expect(moved('cache_removals_total{cause="admin",outcome="confirmed"}')).toBe(1);
    expect(moved('cache_removed_keys_total{namespace="(all)",cause="admin"}')).toBeGreaterThan(1);
    expect(moved('cache_removal_confirm_seconds_count')).toBeGreaterThanOrEqual(1);
  });

  it('a write shows as a removal of its event', async () => {
    await read(43);
    const before = await scrape();
    await createTarea(api(), { delegado_usuario_id: IDS.usuario });
    const after = await scrape();
    const series = 'cache_removals_total{cause="event",outcome="confirmed"}';
    expect(after.since(before, series)).toBeGreaterThanOrEqual(1);
    expect(
      after.since(before, `cache_removed_keys_total{${OF_READS},cause="event"}`),
    ).toBeGreaterThanOrEqual(1);
  });

  it('every metric is declared, buckets do not fall, and the state of the circuit is one of three', async () => {
    await read(44);
    let scraped = await scrape();
    // Until the first report of the process has arrived.
    while (scraped.get('cache_processes') === 0) scraped = await scrape();
    for (const { name, type, help } of CACHE_METRICS) {
      expect(scraped.text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    }
    const buckets = scraped
      .seriesOf('cache_load_duration_seconds_bucket')
      .filter((series) => series.includes(OF_READS))
      .map((series) => scraped.get(series) ?? NaN);
    expect(buckets).toHaveLength(21);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    const states = ['closed', 'open', 'half-open'].map((state) =>
      scraped.get(`cache_circuit_state{state="${state}"}`),
    );
    expect(states).toEqual([1, 0, 0]);
    expect(scraped.get('cache_processes')).toBe(1);
    expect(scraped.get('cache_keys_total')).toBeGreaterThanOrEqual(0);
    expect(scraped.text.match(/.* nan$/gim)).toBeNull();
  });

  it('what the doctor found is in the metrics of the process that looked', async () => {
    await api().app.get(DoctorService).look();
    const scraped = await scrape();
    for (const severity of ['fail', 'warn', 'info']) {
      const series = `cache_doctor_findings{severity="${severity}"}`;
      expect([series, scraped.get(series)]).toEqual([series, expect.any(Number)]);
    }
  });

  it('no key, value or token is in the metrics', async () => {
    await read(45);
    const { text } = await scrape();
    for (const secret of ['days', '~~principal:', 'eyJ', 'gad-demo', 'total_tareas']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('the metrics of the cache and its Redis', () => {
  let redis: RedisServer;
  let api: TestApi;
  beforeAll(async () => {
    redis = await startRedis();
    api = await TestApi.start('servers', { REDIS_URL: redis.url, CACHE_DEADLINE_MS: '50' });
  });
  afterAll(async () => {
    await api.stop();
    await redis.stop();
  });

  /** Calls of commands that nothing but a scrape makes. */
  async function calls(): Promise<Record<string, number>> {
    const client = await createClient({ url: redis.url }).connect();
    const info = await client.info('commandstats');
    client.destroy();
    const count = (name: string): number =>
      Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(info)?.[1] ?? 0);
    return Object.fromEntries(
      ['info', 'zcard', 'zcount', 'dbsize', 'scan', 'setrange'].map((name) => [name, count(name)]),
    );
  }

  it('a scrape makes three calls, and another one within a second none', async () => {
    await api.get(`/stats/user/${IDS.usuario}`, { as: 'admin' });
    const before = await calls();
    await Promise.all([Scraped.of(api), Scraped.of(api)]);
    await Scraped.of(api);
    const after = await calls();
    const moved = Object.keys(before).map((name) => [
      name,
      (after[name] ?? 0) - (before[name] ?? 0),
    ]);
    // INFO is also what `calls` and the relay's scripts ask.
    expect(Object.fromEntries(moved)).toMatchObject({ zcard: 1, zcount: 1, dbsize: 0, scan: 0 });
  });

  it('store calls are timed by what they do', async () => {
    const before = await Scraped.of(api);
    for (let n = 0; n < 5; n++) {
      await api.get(`/stats/user/${IDS.usuario}?days=51`, { as: 'admin' });
    }
    const after = await Scraped.of(api);
    for (const [operation, least] of Object.entries({ read: 5, acquire: 1, fill: 1 })) {
      const series = `cache_store_duration_seconds_count{operation="${operation}"}`;
      expect(after.since(before, series)).toBeGreaterThanOrEqual(least);
    }
    const sum = after.since(before, 'cache_store_duration_seconds_sum{operation="read"}');
    expect(sum).toBeGreaterThan(0);
  });

  it('without Redis the figures of the store are absent, errors are counted, and it shows that it opened', async () => {
    const before = await Scraped.of(api);
    await redis.kill('SIGKILL');
    for (let n = 0; n < 3; n++) await api.get(`/stats/user/${IDS.usuario}`, { as: 'admin' });
    // A scrape within a second of the last has the answers of that one.
    let after = await Scraped.of(api);
    while (
      after.get('cache_keys_total') !== undefined ||
      after.get('cache_reports_dropped_total') === 0
    ) {
      after = await Scraped.of(api);
    }
    for (const { name, of } of CACHE_METRICS) {
      if (of === 'store') expect([name, after.seriesOf(name)]).toEqual([name, []]);
    }
    expect(after.since(before, 'cache_circuit_opened_total')).toBe(1);
    expect(after.get('cache_circuit_state{state="closed"}')).toBe(0);
    expect(after.get('cache_connected')).toBe(0);
    expect(after.since(before, `cache_gets_total{${OF_READS},result="bypass"}`)).toBe(3);
    const errors = ['offline', 'unproved', 'timeout'].map((reason) =>
      after.since(before, `cache_store_errors_total{reason="${reason}"}`),
    );
    expect(errors.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(3);
  });
});
