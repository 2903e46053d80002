import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheService } from '@gad/cache';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { IDS, onEveryCacheSetup, TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea } from './support/new-tarea.js';

const ROUTES = ['overview', 'history', 'namespaces', 'hot', 'fleet', 'journal', 'tree'];

const report = async (...apis: TestApi[]): Promise<void> => {
  for (const api of apis) await api.app.get(CacheService).fleet?.report();
};

onEveryCacheSetup('the figures of the cache', (api) => {
  const admin = (path: string) => api().get(`/cache/${path}`, { as: 'admin' });

  it.each(ROUTES)(
    'GET /cache/%s is for admins, is not stored, and takes known names only',
    async (route) => {
      expectProblem(await api().get(`/cache/${route}`), 401, 'UNAUTHENTICATED');
      expectProblem(await api().get(`/cache/${route}`, { as: 'supervisor' }), 403, 'FORBIDDEN');
      const { status, headers } = await admin(route);
      expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-store']);
      expectProblem(await admin(`${route}?nonsense=1`), 400, 'VALIDATION_FAILED');
    },
  );

  it.each([
    'overview?since=yesterday',
    'history?step=1s',
    'history?from=2026-01-02&to=2026-01-01',
    'hot?by=size',
    'hot?limit=0',
    'hot?limit=101',
    'journal?kind=all',
    'journal?cause=other',
    'journal?after=1',
    'journal?limit=x',
    'tree?limit=101',
    'tree?prefix=a&prefix=b',
  ])('the figures of the cache refuse GET /cache/%s', async (path) => {
    expectProblem(await admin(path), 400, 'VALIDATION_FAILED');
  });

  it('reads are counted by namespace, and show in overview, history and the list of processes', async () => {
    const figures = async () => {
      await report(api());
      const { items } = (await admin('namespaces')).body;
      return items.find(({ namespace }: { namespace: string }) => namespace === 'stats:user');
    };
    const path = `/stats/user/${IDS.usuario}?days=17`;
    await api().call('POST', '/cache/clear', { as: 'admin' });
    await api().get(path, { as: 'admin' });
    const before = await figures();
    for (let n = 0; n < 5; n++) await api().get(path, { as: 'admin' });
    const after = await figures();
    expect(
      after.reads.hit + after.reads.local_hit - before.reads.hit - before.reads.local_hit,
    ).toBe(5);
    expect(after.reads.miss).toBe(before.reads.miss);
    expect(after.load_ms_p50).toBeGreaterThan(0);
    const { body: overview } = await admin('overview?since=2026-01-01');
    expect(overview).toMatchObject({ processes: 1, pending_removals: 0 });
    expect(overview.windows.map(({ seconds }: { seconds: number }) => seconds).slice(0, 3)).toEqual(
      [60, 300, 3600],
    );
    expect(overview.windows[2].reads.hit).toBeGreaterThanOrEqual(after.reads.hit);
    expect(overview.windows[3].reads).toEqual(overview.windows[2].reads);
    expect(overview.totals.hit_ratio).toBeGreaterThan(0);
    const { items } = (await admin('history?namespace=stats:user')).body;
    const misses = items.reduce(
      (sum: number, one: { reads: { miss: number } }) => sum + one.reads.miss,
      0,
    );
    expect(misses).toBe(after.reads.miss);
    expect(overview.load_ms.p99).toBeGreaterThanOrEqual(after.load_ms_p50);
    const { body: fleet } = await admin('fleet');
    expect(fleet.items).toEqual([expect.objectContaining({ self: true, circuit: 'closed' })]);
  });

  it('a read that the caller sends past the cache counts as a bypass', async () => {
    const bypasses = async () => {
      await report(api());
      return (await admin('overview')).body.totals.reads.bypass as number;
    };
    const before = await bypasses();
    await api().get(`/stats/user/${IDS.usuario}?use_cache=false`, { as: 'admin' });
    expect(await bypasses()).toBe(before + 1);
  });

  it('the journal says which event, which admin and which request removed what', async () => {
    const { headers } = await api().call('POST', '/cache/invalidate-pattern/stats:*', {
      as: 'admin',
    });
    await report(api());
    const { body } = await admin('journal?cause=admin&pattern=stats:*&limit=1');
    expect(body.items).toEqual([
      expect.objectContaining({
        ...{ kind: 'removal', cause: 'admin', subject: 'stats:*' },
        ...{ by: String(IDS.admin), request: headers.get('x-request-id') },
        confirmed_ms: expect.any(Number),
      }),
    ]);
  });

  it('the journal is read page by page, each entry once', async () => {
    for (let n = 0; n < 5; n++) {
      await api().call('POST', `/cache/invalidate/page:${n}`, { as: 'admin' });
    }
    await report(api());
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null && seen.length < 5) {
      const after: string = cursor === '' ? '' : `&after=${cursor}`;
      const { body } = await admin(`journal?limit=2&kind=removal&pattern=page:*${after}`);
      seen.push(...body.items.map(({ subject }: { subject: string }) => subject));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual([4, 3, 2, 1, 0].map((n) => `page:${n}`));
  });

  it('the largest and the dearest keys are listed, and say whether they are there', async () => {
    const key = `stats:user:${IDS.usuario}:days:19`;
    await api().get(`/stats/user/${IDS.usuario}?days=19`, { as: 'admin' });
    await report(api());
    for (const by of ['bytes', 'load_ms']) {
      const { items } = (await admin(`hot?by=${by}&limit=100`)).body;
      expect(items.find((item: { key: string }) => item.key === key)).toMatchObject({
        alive: true,
      });
    }
    await api().call('POST', `/cache/invalidate/${key}`, { as: 'admin' });
    const { items } = (await admin('hot?by=bytes&limit=100')).body;
    const gone = items.find((item: { key: string }) => item.key === key);
    expect(gone).toMatchObject({ alive: false, ttl: null, bytes: null });
  });

  it('no password, token or value is in any of the figures', async () => {
    await api().get(`/stats/user/${IDS.usuario}?days=23`, { as: 'admin' });
    await report(api());
    const texts = await Promise.all(
      ROUTES.map(async (route) => JSON.stringify((await admin(route)).body)),
    );
    expect(texts.join()).toContain('stats:user');
    for (const secret of ['gad-demo', 'total_tareas', 'eyJ', 'refresh_token']) {
      expect(texts.join()).not.toContain(secret);
    }
  });
});

describe('the figures of two processes', () => {
  let redis: RedisServer;
  let apis: [TestApi, TestApi];
  beforeAll(async () => {
    redis = await startRedis();
    const variables = { DATABASE_URL: await demoDatabase(), REDIS_URL: redis.url };
    apis = [await TestApi.start('servers', variables), await TestApi.start('servers', variables)];
  });
  afterAll(async () => {
    await apis[0].stop();
    await redis.stop();
  });

  const admin = (api: TestApi, path: string) => api.get(`/cache/${path}`, { as: 'admin' });

  it('the totals are the sum of both, whichever is asked, and survive one of them', async () => {
    for (const [at, api] of apis.entries()) {
      for (let n = 0; n < 3 + at; n++) await api.get('/stats/user/2?days=11', { as: 'admin' });
    }
    await report(...apis);
    const one = await admin(apis[0], 'overview');
    const other = await admin(apis[1], 'overview');
    expect(one.body.processes).toBe(2);
    const { items } = (await admin(apis[0], 'fleet')).body;
    const sum = items.reduce(
      (all: number, { figures }: { figures: { reads: { hit: number } } }) =>
        all + figures.reads.hit,
      0,
    );
    expect(one.body.totals.reads.hit).toBe(sum);
    expect(other.body.totals.reads).toEqual(one.body.totals.reads);
    await apis[1].stop();
    expect((await admin(apis[0], 'overview')).body.totals.reads.hit).toBeGreaterThanOrEqual(sum);
  });

  it('everything committed before a moment is applied in both, and the moment goes on', async () => {
    const committed = Date.now();
    await createTarea(apis[0]);
    for (;;) {
      await report(...apis.slice(0, 1));
      const { proof_at: proved, at, store_ms } = (await admin(apis[0], 'overview')).body;
      expect(Date.parse(proved ?? 0)).toBeLessThanOrEqual(Date.parse(at));
      expect(store_ms.p99).toBeGreaterThan(0);
      if (Date.parse(proved ?? 0) > committed) break;
    }
  });

  it('without the store a process answers with its own figures, and the rest is unavailable', async () => {
    await redis.kill('SIGKILL');
    for (const route of ['overview', 'fleet']) {
      const { status, body } = await admin(apis[0], route);
      expect([status, body.store]).toEqual([200, 'unavailable']);
    }
    for (const route of ['history', 'namespaces', 'hot', 'journal', 'tree']) {
      expectProblem(await admin(apis[0], route), 503, 'CACHE_UNAVAILABLE');
    }
  });
});
