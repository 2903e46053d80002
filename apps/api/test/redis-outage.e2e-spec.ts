import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { startTcpProxy, type TcpProxy } from '../../../test/servers/tcp-proxy.js';
import { DEMO_PASSWORD, EMAILS, IDS, TestApi, type Answer } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { collectLeaks } from './support/leaks.js';
import { untilHit } from './support/until-hit.js';

const OUTAGES = [
  {
    name: 'killed',
    strike: () => redis.kill('SIGKILL'),
    heal: () => redis.restart(),
  },
  { name: 'frozen', strike: () => redis.kill('SIGSTOP'), heal: () => redis.kill('SIGCONT') },
  {
    name: 'behind a network that swallows everything',
    strike: async () => proxy.become({ kind: 'swallow' }),
    heal: async () => proxy.become({ kind: 'pass' }),
  },
];

let redis: RedisServer;
let proxy: TcpProxy;
let api: TestApi;
collectLeaks(async () => {
  await redis.kill('SIGCONT');
  await api.stop();
  await proxy.close();
  await redis.stop();
});

beforeAll(async () => {
  redis = await startRedis();
  proxy = await startTcpProxy(redis.port);
  api = await TestApi.start('servers', {
    REDIS_URL: `redis://127.0.0.1:${String(proxy.port)}/0`,
    CACHE_DEADLINE_MS: '50',
    // Counted in Redis: an outage must not stall or refuse a login.
    LOGIN_RATE_LIMIT: '1000',
    RATE_LIMIT: '100000',
  });
  for (const role of ['admin', 'supervisor', 'usuario'] as const) await api.login(role);
});

const statistics = (options = ''): Promise<Answer> =>
  api.get(`/stats/user/${IDS.usuario}?days=30${options}`, { as: 'admin' });

const content = ({ body }: Answer): unknown => {
  const { _cache, calculated_at: _when, ...rest } = body;
  return rest;
};

const create = (): Promise<Answer> =>
  api.post('/tareas', {
    as: 'supervisor',
    body: {
      titulo: 'Ronda',
      tipo: 'vigilancia',
      prioridad: 3,
      inicio_programado: '2026-01-01',
      delegado_usuario_id: IDS.usuario,
    },
  });

describe.each(OUTAGES)('with Redis $name', ({ strike, heal }) => {
  beforeAll(async () => {
    await untilHit(statistics);
    await strike();
  });
  afterAll(async () => {
    await heal();
    await untilHit(statistics);
  });

  it('without Redis every read of data answers from the database', async () => {
    const reads = [
      ...Array.from({ length: 20 }, () => statistics()),
      api.get('/auth/me', { as: 'usuario' }),
      api.get('/tareas?limit=5', { as: 'usuario' }),
      api.get('/usuarios?limit=5', { as: 'admin' }),
      api.get(`/usuarios/${IDS.usuario}`, { as: 'admin' }),
      statistics('&use_cache=false'),
    ];
    for (const answer of await Promise.all(reads)) expect(answer.status).toBe(200);
    const served = await statistics();
    expect(served.body._cache).toMatchObject({ hit: false, ttl: 0 });
    expect(served.headers.get('cache-status')).toBe('gad; fwd=miss');
    expect((await api.get('/stats/user/999999', { as: 'admin' })).status).toBe(404);
  });

  it('logins, refreshes and logouts go on', async () => {
    const { status, body } = await api.post('/auth/login', {
      body: { email: EMAILS.usuario, password: DEMO_PASSWORD },
    });
    expect(status).toBe(200);
    const refreshed = await api.post('/auth/refresh', {
      body: { refresh_token: body.refresh_token },
    });
    expect(refreshed.status).toBe(200);
    const token = refreshed.body.access_token as string;
    expect((await api.post('/auth/logout', { as: { token } })).status).toBe(200);
    expect((await api.get('/auth/me', { as: { token } })).status).toBe(401);
  });

  it('without Redis writes are acknowledged, and the next read sees them', async () => {
    const before = await statistics();
    const created = await create();
    expect(created.status).toBe(201);
    expect((await statistics()).body.total_tareas).toBe(before.body.total_tareas + 1);
    const path = `/tareas/${String(created.body.id)}`;
    const patched = await api.patch(path, { as: 'supervisor', body: { estado: 'en_curso' } });
    expect(patched.status).toBe(200);
    expect((await statistics()).body.en_progreso).toBe(before.body.en_progreso + 1);
    expect((await api.delete(path, { as: 'supervisor' })).status).toBe(204);
    expect(content(await statistics())).toEqual(content(before));
  });

  it('without Redis metrics leave out what is unknown instead of reporting 0', async () => {
    const { body } = await api.get('//metrics');
    expect(body).toMatch(/^cache_connected\{.*\} 0$/m);
    for (const name of ['hit_rate', 'keys_total', 'memory_bytes', 'evictions_total']) {
      expect(body).toMatch(new RegExp(`^# TYPE cache_${name} (gauge|counter)$`, 'm'));
      expect(body).not.toMatch(new RegExp(`^cache_${name}\\{`, 'm'));
    }
    expect(body).not.toMatch(/ nan$/im);
  });

  it('without Redis the administration reports that nothing was done', async () => {
    const answers = await Promise.all([
      api.post('/cache/invalidate/stats:user:2:days:30', { as: 'admin' }),
      api.post('/cache/invalidate-pattern/stats:*', { as: 'admin' }),
      api.post('/cache/invalidate-pattern/stats:*?dry_run=true', { as: 'admin' }),
      api.post('/cache/clear', { as: 'admin' }),
      api.get('/cache/keys', { as: 'admin' }),
      api.get('/cache/keys/stats:user:2:days:30', { as: 'admin' }),
      api.post(`/stats/invalidate/user/${IDS.usuario}`, { as: 'usuario' }),
    ]);
    for (const answer of answers) {
      expectProblem(answer, 503, 'CACHE_UNAVAILABLE');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    const stats = await api.get('/cache/stats', { as: 'admin' });
    expect(stats).toMatchObject({ status: 200, body: { connected: false, store: 'redis' } });
    expect(stats.body.local.circuit).not.toBe('closed');
    const ready = await api.get('//health/ready');
    expect(ready.status).toBe(200);
    expect(ready.body.details).toMatchObject({
      cache: { status: 'degraded' },
      database: { status: 'up' },
    });
    expect((await api.get('//metrics')).body).toMatch(/^cache_connected\{[^}]*\} 0$/m);
  });
});

describe.each(OUTAGES)(
  'when Redis returns after it was $name during a write',
  ({ strike, heal }) => {
    it('the old value is never served, and the cache is used again', async () => {
      const before = await untilHit(statistics);
      await strike();
      const created = await create();
      expect(created.status).toBe(201);
      const wanted = before.body.total_tareas + 1;
      await heal();
      await untilHit(statistics, ({ body }) => expect(body.total_tareas).toBe(wanted));
      const { body } = await api.get('/cache/stats', { as: 'admin' });
      expect(body).toMatchObject({
        connected: true,
        local: { pending_removals: 0, circuit: 'closed' },
      });
    });
  },
);

it('metrics report every figure again once Redis answers', async () => {
  await untilHit(statistics);
  const { body } = await api.get('//metrics');
  for (const name of ['hit_rate', 'keys_total', 'memory_bytes', 'evictions_total']) {
    expect(body).toMatch(new RegExp(`^cache_${name}\\{.*\\} [\\d.]+$`, 'm'));
  }
});

describe('with Redis unavailable at the start', () => {
  it('the API starts, serves, and uses Redis when it comes', async () => {
    const late = await startRedis();
    await late.kill('SIGKILL');
    const started = await TestApi.start('servers', {
      REDIS_URL: late.url,
      CACHE_DEADLINE_MS: '50',
    });
    const path = `/stats/user/${IDS.usuario}`;
    try {
      expect((await started.get(path, { as: 'usuario' })).body._cache.hit).toBe(false);
      await late.restart();
      const read = () => started.get(path, { as: 'usuario' });
      await untilHit(read, ({ status }) => expect(status).toBe(200));
    } finally {
      await started.stop();
      await late.stop();
    }
  });
});
