import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient } from 'redis';
import { CacheService } from '@gad/cache';
import { Database } from '../src/database/database.js';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { IDS, onEveryCacheSetup, TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';
import { Scraped } from './support/metrics.js';
import { storedHit } from './support/until-hit.js';

const PATH = `/stats/user/${IDS.usuario}?days=30`;
const COMPUTED = `${PATH}&use_cache=false`;
const KEY = `gad:stats:user:${IDS.usuario}:days:30`;

onEveryCacheSetup('warming over HTTP', (api) => {
  const warming = async () => (await api().get('/cache/warming', { as: 'admin' })).body;
  const ended = async () => {
    for (;;) {
      const body = await warming();
      if (body.running === null && body.last.length > 0) return body;
    }
  };

  it('warming is for admins, is not stored, and takes no query', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      expectProblem(await api().call(method, '/cache/warming'), 401, 'UNAUTHENTICATED');
      const forbidden = await api().call(method, '/cache/warming', { as: 'supervisor' });
      expectProblem(forbidden, 403, 'FORBIDDEN');
      const odd = await api().call(method, '/cache/warming?now=1', { as: 'admin' });
      expectProblem(odd, 400, 'VALIDATION_FAILED');
    }
    const { status, headers, body } = await api().get('/cache/warming', { as: 'admin' });
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(body.warmers).toEqual([{ name: 'statistics' }]);
  });

  it.each([
    [{ warmers: 'statistics' }, 400, 'VALIDATION_FAILED'],
    [{ limit: 0 }, 400, 'VALIDATION_FAILED'],
    [{ rate: 1_001 }, 400, 'VALIDATION_FAILED'],
    [{ speed: 1 }, 400, 'VALIDATION_FAILED'],
    [{ warmers: ['other'] }, 404, 'WARMER_UNKNOWN'],
  ])('POST /cache/warming refuses %j', async (body, status, code) => {
    expectProblem(await api().post('/cache/warming', { as: 'admin', body }), status, code);
  });

  it('a warmed answer is a hit, equal to a computed one, and the metrics count it', async () => {
    await api().post('/cache/clear', { as: 'admin' });
    const before = await Scraped.of(api());
    const body = { warmers: ['statistics'], limit: 100, rate: 1_000 };
    const begun = await api().post('/cache/warming', { as: 'admin', body });
    expect(begun.status).toBe(202);
    const { last } = await ended();
    expect(last[0]).toMatchObject({ reason: 'demand', outcome: 'done' });
    expect(last[0].warmers[0].done).toBeGreaterThan(0);
    const path = `/stats/user/${IDS.usuario}`;
    const { body: warm } = await storedHit(() => api().get(path, { as: 'admin' }));
    const computed = (await api().get(`${path}?use_cache=false`, { as: 'admin' })).body;
    const { calculated_at: _at, _cache, ...content } = computed;
    expect(warm).toMatchObject(content);
    const after = await Scraped.of(api());
    const series = 'cache_warming_entries_total{outcome="done",warmer="statistics"}';
    expect(after.since(before, series)).toBe(last[0].warmers[0].done);
  });

  it('what was read most comes first, and what is there is left', async () => {
    const path = `/stats/user/${IDS.usuario}?days=99`;
    await api().get(path, { as: 'admin' });
    const { store } = api().app.get(CacheService);
    await store.warming?.addReads([[`stats:user:${IDS.usuario}:days:99`, 1_000]]);
    await api().post('/cache/invalidate/stats:user:2:days:99', { as: 'admin' });
    const body = { limit: 1 };
    expect((await api().post('/cache/warming', { as: 'admin', body })).status).toBe(202);
    await ended();
    await storedHit(() => api().get(path, { as: 'admin' }));
    expect((await api().post('/cache/warming', { as: 'admin', body })).status).toBe(202);
    const { last } = await ended();
    expect(last[0].warmers[0]).toMatchObject({ done: 0, skipped: 1 });
  });

  it('a second run is refused while one is under way, and DELETE stops it', async () => {
    const cache = api().app.get(CacheService);
    await cache.clear();
    await cache.warming.begin({ rate: 1 });
    const answer = await api().post('/cache/warming', { as: 'admin' });
    expectProblem(answer, 409, 'WARMING_RUNNING');
    const { running } = await warming();
    expect(running).toMatchObject({ reason: 'demand', limit: 1000 });
    expect((await api().get('//health/ready')).body.details.cache.warming).toEqual([
      expect.objectContaining({ name: 'statistics' }),
    ]);
    expect((await api().delete('/cache/warming', { as: 'admin' })).status).toBe(204);
    expect((await ended()).last[0]).toMatchObject({ outcome: 'aborted' });
  });
});

describe('warming at the start', () => {
  let redis: RedisServer;
  let database: string;
  beforeAll(async () => {
    redis = await startRedis();
    database = await demoDatabase();
  });
  afterAll(() => redis.stop());

  const start = (variables: Record<string, string> = {}) =>
    TestApi.start('servers', {
      ...{ REDIS_URL: redis.url, DATABASE_URL: database, CACHE_WARMING: 'true' },
      ...variables,
    });

  it('the first process warms, the health check waits for it, and the next finds it warm', async () => {
    const first = await start({ CACHE_WARM_READY_MS: '20000' });
    const early = await first.get('//health/ready');
    let ready = early;
    while (ready.status !== 200) {
      expectProblem(ready, 503, 'CACHE_WARMING');
      ready = await first.get('//health/ready');
    }
    const { body } = await first.get('/cache/warming', { as: 'admin' });
    expect(body.last[0]).toMatchObject({ reason: 'start', outcome: 'done' });
    await storedHit(() => first.get(`/stats/user/${IDS.usuario}`, { as: 'admin' }));
    const next = await start();
    while (!next.app.get(CacheService).warming.settled) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await next.get('/cache/warming', { as: 'admin' })).body.last).toHaveLength(1);
    await next.stop();
    await first.stop();
  });

  it('while every connection of the pool is in use nothing is warmed, and once one is free it goes on', async () => {
    const api = await start({ CACHE_WARMING: 'false', DATABASE_POOL_SIZE: '2' });
    const cache = api.app.get(CacheService);
    await api.get(`/stats/user/${IDS.usuario}`, { as: 'admin' });
    await cache.invalidate('stats:*');
    const holder = new pg.Client(database);
    await holder.connect();
    await holder.query('begin; lock table tareas in access exclusive mode');
    const held = [1, 2].map(() => api.get(COMPUTED, { as: 'admin' }));
    while (!api.app.get(Database).isFull) await pause(10);
    await cache.warming.begin({ rate: 1_000 });
    // Longer than the run waits between two looks for room.
    await pause(1_500);
    const during = cache.warming.leading?.warmers[0];
    await holder.query('rollback');
    await holder.end();
    expect(during).toMatchObject({ done: 0, failed: 0 });
    for (const { status } of await Promise.all(held)) expect(status).toBe(200);
    while (cache.warming.leading !== undefined) await pause(10);
    const [result] = (await cache.warming.status()).results;
    expect(result).toMatchObject({ reason: 'demand', outcome: 'done' });
    expect(result?.warmers[0]).toMatchObject({ done: expect.any(Number), failed: 0 });
    expect(result?.warmers[0]?.done).toBeGreaterThan(0);
    await api.stop();
  });

  it('frequent statistics are computed anew before their end, without a reader that waits, and runs are in the journal', async () => {
    // A late process would compute them for a reader, for want of a proof.
    const api = await start({ CACHE_CONSISTENCY: 'bounded' });
    const client = createClient({ url: redis.url });
    await client.connect();
    const read = async () => (await api.get(PATH, { as: 'admin' })).body;
    const { calculated_at: first } = await read();
    await client.pExpire(KEY, 50_000);
    let body = await read();
    while (body.calculated_at === first) {
      expect(body._cache.hit).toBe(true);
      await pause(20);
      body = await read();
    }
    expect(body._cache.hit).toBe(true);
    expect(body._cache.ttl).toBeGreaterThan(60);
    expect(JSON.parse((await client.get(KEY)) ?? '')).toMatchObject({
      calculated_at: body.calculated_at,
    });
    await client.close();
    const { body: journal } = await api.get('/cache/journal?kind=warming', { as: 'admin' });
    expect(journal.items.map(({ what }: { what: string }) => what)).toEqual([
      ...['ended (done)', 'begins (demand)', 'ended (done)', 'begins (start)'],
    ]);
    expect(journal.items[0]).toMatchObject({ subject: 'statistics', count: expect.any(Number) });
    await api.stop();
  }, 60_000);

  it('without Redis warming is unavailable, and nothing waits for it', async () => {
    const api = await start();
    await redis.kill('SIGKILL');
    const answers = await Promise.all(
      ['GET', 'POST', 'DELETE'].map((method) =>
        api.call(method, '/cache/warming', { as: 'admin' }),
      ),
    );
    for (const answer of answers) expectProblem(answer, 503, 'CACHE_UNAVAILABLE');
    await api.stop();
  });
});
