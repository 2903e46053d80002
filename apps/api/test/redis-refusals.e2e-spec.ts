import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { DEMO_PASSWORD, EMAILS, IDS, TestApi, type Answer } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea } from './support/new-tarea.js';
import { collectLeaks } from './support/leaks.js';
import { untilHit } from './support/until-hit.js';

const LOGINS = 6;

/** Ten milliseconds a key, clients being answered meanwhile. */
const SLOW_LOADING = { 'key-load-delay': '10000', 'loading-process-events-interval-bytes': '1024' };

let redis: RedisServer;
let control: ReturnType<typeof createClient>;
let api: TestApi;
let loaded: Promise<void> | undefined;
collectLeaks();

beforeEach(async () => {
  redis = await startRedis({ config: SLOW_LOADING });
  control = createClient({ url: redis.url });
  control.on('error', () => undefined);
  await control.connect();
  api = await TestApi.start('servers', {
    REDIS_URL: redis.url,
    LOGIN_RATE_LIMIT: String(LOGINS),
    CACHE_DEADLINE_MS: '500',
  });
  for (const role of ['admin', 'supervisor', 'usuario'] as const) await api.login(role);
});
afterEach(async () => {
  control.destroy();
  await api.stop();
  await redis.stop();
});

const statistics = (options = ''): Promise<Answer> =>
  api.get(`/stats/user/${IDS.usuario}?days=30${options}`, { as: 'admin' });

const login = (): Promise<Answer> =>
  api.post('/auth/login', { body: { email: EMAILS.usuario, password: DEMO_PASSWORD } });

/** What Redis may say instead of doing it, and whether it still removes. */
const REFUSALS = [
  {
    name: 'full (OOM)',
    removes: true,
    strike: () => control.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' }),
    heal: () => control.configSet('maxmemory', '0'),
  },
  {
    name: 'a replica all of a sudden (READONLY)',
    removes: false,
    strike: () => control.sendCommand(['REPLICAOF', '127.0.0.1', '1']),
    heal: () => control.sendCommand(['REPLICAOF', 'NO', 'ONE']),
  },
  {
    name: 'one that wants another password (NOAUTH)',
    removes: false,
    strike: async () => {
      await control.configSet('requirepass', 'another');
      await control.sendCommand(['CLIENT', 'KILL', 'SKIPME', 'yes', 'TYPE', 'normal']);
    },
    heal: () => control.configSet('requirepass', ''),
  },
  {
    name: 'one that reads its file (LOADING)',
    removes: false,
    strike: async () => {
      const fill = `for n = 1, 5000 do redis.call('SET', 'filler:' .. n, string.rep('x', 100)) end`;
      await control.eval(fill);
      await control.sendCommand(['SAVE']);
      await redis.kill('SIGKILL');
      loaded = redis.restart();
    },
    heal: async () => {
      await control.configSet('key-load-delay', '0');
      await loaded;
    },
  },
];

describe.each(REFUSALS)('with a Redis that is $name', ({ strike, heal, removes }) => {
  it('with a refusing Redis every answer is right, logins are limited, and Redis is used again', async () => {
    const before = await statistics();
    await strike();
    const reads = await Promise.all(Array.from({ length: 20 }, () => statistics()));
    for (const { status, body } of reads) {
      expect({ status, total: body.total_tareas }).toEqual({
        status: 200,
        total: before.body.total_tareas,
      });
    }

    // Counted in Redis before, in the process now: neither refused nor freed.
    const logins = [];
    for (let turn = 0; turn < LOGINS + 2; turn += 1) logins.push(await login());
    expect(logins.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(LOGINS);
    expectProblem(logins.at(-1) ?? before, 429, 'RATE_LIMITED');
    const token = logins[0]?.body.access_token as string;
    expect((await api.post('/auth/logout', { as: { token } })).status).toBe(200);
    expect((await api.get('/auth/me', { as: { token } })).status).toBe(401);

    await createTarea(api, { inicio_programado: '2026-01-01' });
    expect((await statistics()).body.total_tareas).toBe(before.body.total_tareas + 1);
    const cleared = await api.post('/cache/clear', { as: 'admin' });
    if (removes) expect(cleared.status).toBe(200);
    else expectProblem(cleared, 503, 'CACHE_UNAVAILABLE');

    await heal();
    await untilHit(statistics, ({ body }) =>
      expect(body.total_tareas).toBe(before.body.total_tareas + 1),
    );
  });
});
