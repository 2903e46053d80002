import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { TestApi } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { apart, cacheOf, explain, explainOnce } from './support/explained.js';
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
  beforeAll(async () => {
    redis = await startRedis();
    client = createClient({ url: redis.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    const DATABASE_URL = await ownDatabase();
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
    await send('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
    const [, used = '0'] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? [];
    await send('CONFIG', 'SET', 'maxmemory', String(Number(used) + 1_000_000));
    for (let n = 1; n < 100; n++) await cache.set(`big:${n}`, big(), { ttl: 900 });
    await send('CONFIG', 'SET', 'maxmemory', '0');
    expect(await explain(apis[0], 'big:0')).toMatchObject({
      ...{ state: 'absent', why: { cause: 'evicted', certainty: 'likely' } },
    });
  });

  it('no answer has a value, a password or a token', async () => {
    await warm();
    const text = JSON.stringify(await explain(apis[0], KEY));
    for (const secret of ['total_tareas', 'gad-demo', 'eyJ', 'refresh_token']) {
      expect(text).not.toContain(secret);
    }
  });

  it('the freshness of every process is measured, once in five seconds', async () => {
    const probe = () => apis[0].post('/cache/freshness/probe', { as: 'admin' });
    const { status, body } = await probe();
    expect(status).toBe(200);
    expect(body).toMatchObject({ applicable: true, position: expect.any(String) });
    expect(body.covered_after_ms).toBeLessThan(2_000);
    expect(body.processes).toHaveLength(2);
    for (const { proved_after_ms: ms } of body.processes) expect(ms).toBeGreaterThanOrEqual(0);
    const { rows } = await database.query('select 1 from domain_events');
    const again = await probe();
    expectProblem(again, 429, 'RATE_LIMITED');
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0);
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
