import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { ExplainService } from '../src/cache-admin/explain/explain.service.js';
import { Database } from '../src/database/database.js';
import { appendEvents } from '../src/events/outbox/append-events.js';
import { TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';
import { warm as warmPrincipal } from './support/cached-principals.js';
import { apart, cacheOf, countCalls, explain, explainOnce } from './support/explained.js';
import { login, newUsuario } from './support/new-usuario.js';
import { untilHit } from './support/until-hit.js';

const KEY = 'stats:user:2:days:30';

describe('GET /cache/explain/{key} and what happens to Redis', () => {
  let redis: RedisServer;
  let apis: [TestApi, TestApi];
  let database: pg.Client;
  let client: ReturnType<typeof createClient>;
  const send = (...command: string[]) => client.sendCommand(command);
  const warm = async () => {
    await apart();
    await untilHit(() => apis[1].get('/stats/user/2?days=30', { as: 'admin' }));
    await report();
    expect(await explain(apis[0], KEY)).toMatchObject({ state: 'present' });
    await apart();
  };
  const report = async () => {
    for (const api of apis) await cacheOf(api).fleet?.report();
  };
  /** Everything that the board, warming and the doctor keep in Redis. */
  const bookkeeping = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const name of (await send('KEYS', 'gad:\u0000*')) as unknown as string[]) {
      const kind = await client.type(name);
      const read: Record<string, readonly string[]> = {
        string: ['GET', name],
        hash: ['HGETALL', name],
        zset: ['ZRANGE', name, '0', '-1'],
        stream: ['XRANGE', name, '-', '+'],
        set: ['SMEMBERS', name],
      };
      texts.push(JSON.stringify([name, await send(...(read[kind] ?? ['TYPE', name]))]));
    }
    return texts;
  };
  beforeAll(async () => {
    redis = await startRedis();
    client = createClient({ url: redis.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    const DATABASE_URL = await demoDatabase();
    const variables = { DATABASE_URL, REDIS_URL: redis.url };
    apis = [await TestApi.start('servers', variables), await TestApi.start('servers', variables)];
    database = new pg.Client(DATABASE_URL);
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    client.destroy();
    for (const api of apis) await api.stop();
    await redis.stop();
  });

  it('what another process removed is explained as by itself', async () => {
    await warm();
    const headers = { 'x-request-id': 'other-process' };
    await apis[1].post('/tareas', {
      ...{ as: 'supervisor', headers },
      body: {
        ...{ titulo: 'Ronda', tipo: 'patrullaje', prioridad: 3, delegado_usuario_id: 2 },
        inicio_programado: '2026-12-01T20:00:00Z',
      },
    });
    await report();
    expect((await explain(apis[0], KEY)).why).toMatchObject({
      ...{ cause: 'invalidated', certainty: 'proved', request_id: 'other-process' },
    });
  });

  it('an event of an earlier version is named, and who wrote it is not known', async () => {
    await warm();
    await database.query(
      `insert into domain_events (name, data) values ('tarea.updated', '{"tareaId": 1, "delegadoUsuarioId": 2}')`,
    );
    const { why } = await explainOnce(apis[0], KEY, 'absent');
    expect(why).toMatchObject({
      ...{ cause: 'invalidated', by: null, request_id: null },
      event: { name: 'tarea.updated', usuario_id: null, usuario_email: null },
    });
  });

  it('a load of many tareas is named, and that no usuario wrote it', async () => {
    await warm();
    await apis[1].app
      .get(Database)
      .transaction((tx) => appendEvents(tx, [{ name: 'tareas.loaded', data: { source: 'seed' } }]));
    const { why } = await explainOnce(apis[0], KEY, 'absent');
    expect(why).toMatchObject({
      ...{ cause: 'invalidated', by: null, request_id: null, pattern: 'stats:user:*' },
      event: { name: 'tareas.loaded', usuario_id: null },
    });
  });

  it('an explanation makes four calls of the store at most', async () => {
    const calls = countCalls(cacheOf(apis[0]).store);
    const explainer = apis[0].app.get(ExplainService);
    await warm();
    const present = await calls.during(() => explainer.explain(KEY));
    await cacheOf(apis[0]).delete(KEY);
    const absent = await calls.during(() => explainer.explain(KEY));
    calls.restore();
    for (const made of [present, absent]) {
      expect(made.length).toBeGreaterThan(0);
      expect(made.length).toBeLessThanOrEqual(4);
    }
  });

  it('a key that was deleted by hand is not said to be proved anything', async () => {
    await warm();
    await send('DEL', `gad:${KEY}`);
    expect(await explain(apis[0], KEY)).toMatchObject({
      ...{ state: 'absent', why: { cause: 'unknown', certainty: 'unknown', event: null } },
    });
  });

  it('a text that is no value is unreadable, and what another program wrote is foreign', async () => {
    await send('SET', 'gad:report:6', '{"cut off');
    expect(await explain(apis[0], 'report:6')).toMatchObject({
      ...{ state: 'unreadable', why: { cause: 'unreadable', certainty: 'proved' } },
      here: { served: false, reason: 'unreadable' },
    });
    await send('HSET', 'gad:report:7', 'field', '1');
    expect(await explain(apis[0], 'report:7')).toMatchObject({
      ...{ state: 'foreign', why: null, entry: { bytes: null } },
    });
  });

  it('a store that was flushed is said to have been cleared, and that is not said to be proved', async () => {
    await warm();
    await send('FLUSHDB');
    await report();
    await report();
    const { why } = await explainOnce(apis[0], KEY, 'absent');
    expect(why).toMatchObject({ cause: 'cleared', certainty: 'likely', by: null });
  });

  it('a key that the server evicted is said to be likely so', async () => {
    const cache = cacheOf(apis[0]);
    const big = () => randomBytes(25_000).toString('hex');
    await apart();
    await cache.set('big:0', big(), { ttl: 60 });
    await report();
    await report(); // the first may have begun before
    await send('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
    const [, used = '0'] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? [];
    await send('CONFIG', 'SET', 'maxmemory', String(Number(used) + 1_000_000));
    for (let n = 1; n < 100; n++) await cache.set(`big:${n}`, big(), { ttl: 900 });
    await send('CONFIG', 'SET', 'maxmemory', '0');
    expect(await explain(apis[0], 'big:0')).toMatchObject({
      ...{ state: 'absent', why: { cause: 'evicted', certainty: 'likely' } },
    });
  });

  it('no value, password or token is in an answer, the audit, the figures in Redis or the metrics', async () => {
    const [api] = apis;
    const usuario = await newUsuario(api);
    const tokens = await login(api, usuario);
    await warmPrincipal(api, usuario, tokens);
    const cache = cacheOf(api);
    await cache.set('canary:1', { text: 'canary-of-a-value' }, { ttl: 60 });
    const failing = cache.getOrSet('canary:2', () =>
      Promise.reject(new Error('canary-of-an-error')),
    );
    await expect(failing).rejects.toThrow('canary-of-an-error');
    await send('SET', 'gad:canary:3', 'canary-of-a-text');
    await cache.get('canary:3');
    await api.get('/cache/keys/canary:1', { as: 'admin' });
    const password = 'canary-de-contraseña';
    const body = { confirm: 'canary-of-a-body', password };
    await api.post('/cache/clear', { as: 'admin', body });
    await api.call('POST', '/cache/invalidate-pattern/canary:*', {
      ...{ as: 'admin', headers: { 'x-canary': 'canary-of-a-header' } },
    });
    await api.post('/auth/logout', {
      as: { token: tokens.access_token },
      body: { refresh_token: tokens.refresh_token },
    });
    await report();
    const kept = [
      JSON.stringify((await database.query('select * from cache_audit')).rows),
      JSON.stringify(
        (await database.query('select usuario_id, request_id, trace from domain_events')).rows,
      ),
      JSON.stringify(await explain(api, 'canary:1')),
      JSON.stringify((await api.get('/cache/journal?limit=100', { as: 'admin' })).body),
      await (await fetch(`${api.url}/metrics`)).text(),
      ...(await bookkeeping()),
    ];
    expect(kept.join()).toContain('canary:');
    const secrets = [usuario.password, usuario.email, tokens.access_token, tokens.refresh_token];
    for (const secret of [...secrets, password, 'canary-of', 'eyJ', 'gad-demo', '$argon2']) {
      expect(kept.filter((text) => text.includes(secret))).toEqual([]);
    }
  });

  it('the freshness of every process is measured, once in five seconds', async () => {
    const probe = () => apis[0].post('/cache/freshness/probe', { as: 'admin' });
    const { status, body } = await probe();
    expect(status).toBe(200);
    expect(body).toMatchObject({ applicable: true, position: expect.any(String) });
    expect(body.covered_after_ms).toBeGreaterThanOrEqual(0);
    expect(body.processes).toHaveLength(2);
    for (const { proved_after_ms: ms } of body.processes) expect(ms).toBeGreaterThanOrEqual(0);
    const { rows } = await database.query('select 1 from domain_events');
    for (const api of apis) {
      const again = await api.post('/cache/freshness/probe', { as: 'admin' });
      expectProblem(again, 429, 'RATE_LIMITED');
      const seconds = Number(again.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(5);
    }
    expect((await database.query('select 1 from domain_events')).rows).toEqual(rows);
  });

  it('without the store a key is explained by what the database has on record', async () => {
    await redis.kill('SIGKILL');
    const body = await explain(apis[0], KEY);
    expect(body).toMatchObject({ store: 'unavailable', state: null, entry: null, journal: [] });
    expect(body.here).toMatchObject({ served: false });
    expect(body.why).toMatchObject({ cause: 'invalidated', certainty: 'likely' });
  });
});
