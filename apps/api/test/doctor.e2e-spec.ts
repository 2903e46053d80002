import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { startSentinels } from '../../../test/servers/redis-sentinels.js';
import { DoctorService } from '../src/doctor/doctor.service.js';
import { TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';

const shell = promisify(execFile);
const HEALTHY = { maxmemory: '256mb', 'maxmemory-policy': 'allkeys-lru' };

interface FindingBody {
  readonly id: string;
  readonly severity: string;
  readonly seen: string;
  readonly fix: string | null;
}

const findingsOf = async (api: TestApi, query = ''): Promise<FindingBody[]> =>
  (await api.get(`/cache/doctor${query}`, { as: 'admin' })).body.findings;

const wrongIn = (findings: readonly FindingBody[]): string[] =>
  findings.filter(({ severity }) => /fail|warn/.test(severity)).map(({ id }) => id);

/** What is true of a process, and soon not any more, when its machine had no time for it. */
const OF_LATE_PROCESSES = ['no-proof', 'event-loop', 'round-trip', 'relay-lag'];

/** Lets the doctor look until these processes were in time, and says what was wrong then. */
async function lookInTime(...apis: TestApi[]): Promise<string[]> {
  for (;;) {
    const wrong: string[] = [];
    for (const api of apis) {
      await api.app.get(DoctorService).look();
      wrong.push(...wrongIn(await findingsOf(api)));
    }
    if (!wrong.some((id) => OF_LATE_PROCESSES.includes(id))) return wrong;
  }
}

/** One command to a server, from outside of the API. */
async function send(url: string, ...command: string[]): Promise<unknown> {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

describe('GET /cache/doctor', () => {
  let redis: RedisServer;
  let apis: [TestApi, TestApi];
  beforeAll(async () => {
    redis = await startRedis({ config: HEALTHY });
    const variables = { DATABASE_URL: await demoDatabase(), REDIS_URL: redis.url };
    apis = [await TestApi.start('servers', variables), await TestApi.start('servers', variables)];
  });
  afterAll(async () => {
    for (const api of apis) await api.stop();
    await redis.stop();
  });

  it('the doctor is for admins, is not stored, and takes known names and languages only', async () => {
    const [api] = apis;
    expectProblem(await api.get('/cache/doctor'), 401, 'UNAUTHENTICATED');
    expectProblem(await api.get('/cache/doctor', { as: 'supervisor' }), 403, 'FORBIDDEN');
    const { status, headers } = await api.get('/cache/doctor', { as: 'admin' });
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    for (const query of ['?nonsense=1', '?lang=fr', '?lang=', '?lang=es&lang=en']) {
      expectProblem(
        await api.get(`/cache/doctor${query}`, { as: 'admin' }),
        400,
        'VALIDATION_FAILED',
      );
    }
  });

  it('the doctor answers in the language that is asked for', async () => {
    const [api] = apis;
    const title = async (query: string, accepted = 'en'): Promise<string> => {
      const headers = { 'accept-language': accepted };
      const { body } = await api.get(`/cache/doctor${query}`, { as: 'admin', headers });
      return body.findings[0].title;
    };
    expect(await title('?lang=en')).toBe('The Redis server answers');
    expect(await title('?lang=es')).toBe('El servidor Redis responde');
    expect(await title('', 'es-AR')).toBe('El servidor Redis responde');
  });

  it('an episode is logged once at its begin and once at its end by one of the processes, and is in journal and overview', async () => {
    const [one, other] = apis;
    const look = () => lookInTime(...apis);
    const lines = (): string[] =>
      apis.flatMap(({ log }) => log.filter((line) => line.includes('eviction-none')));
    await look();
    expect(lines()).toEqual([]);
    await send(redis.url, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await look();
    await look();
    expect(lines()).toHaveLength(1);
    const { body: overview } = await other.get('/cache/overview', { as: 'admin' });
    expect(overview).toMatchObject({
      findings: { fail: 0, warn: 1, info: expect.any(Number) },
      server: { memory_bytes: expect.any(Number), memory_limit_bytes: 268_435_456, evictions: 0 },
    });
    const found = (await findingsOf(one)).find(({ id }) => id === 'eviction-none');
    expect(found?.fix).toBe(
      `redis-cli -h 127.0.0.1 -p ${String(redis.port)} CONFIG SET maxmemory-policy allkeys-lru`,
    );
    await send(redis.url, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await look();
    await look();
    expect(lines()).toHaveLength(2);
  });

  it('without the store the doctor answers all the same, and says no figure of it', async () => {
    const [api] = apis;
    await redis.kill('SIGKILL');
    const deadline = Date.now() + 20_000;
    let wrong: string[] = [];
    while (!wrong.includes('store-reachable') && Date.now() < deadline) {
      wrong = wrongIn(await findingsOf(api));
    }
    expect(wrong).toEqual(['store-reachable']);
    const { body } = await api.get('/cache/overview', { as: 'admin' });
    expect(body.store).toBe('unavailable');
  });
});

describe('a healthy set-up', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it('the doctor warns of nothing with the embedded database and the in-process cache', async () => {
    const api = await TestApi.start('embedded');
    stops.push(() => api.stop());
    expect(await lookInTime(api)).toEqual([]);
  });

  it('the doctor warns of nothing with Redis and PostgreSQL', async () => {
    const redis = await startRedis({ config: HEALTHY });
    stops.push(() => redis.stop());
    const variables = { DATABASE_URL: await demoDatabase(), REDIS_URL: redis.url };
    const api = await TestApi.start('servers', variables);
    stops.push(() => api.stop());
    await api.get('/stats/user/2?days=30', { as: 'admin' });
    expect(await lookInTime(api)).toEqual([]);
  });

  it('the doctor warns of nothing behind Sentinel, and its fixes find the master', async () => {
    const set = await startSentinels({ sentinels: 1 });
    stops.push(() => set.stop());
    for (const server of set.servers) {
      for (const setting of Object.entries(HEALTHY))
        await set.command(server, 'CONFIG', 'SET', ...setting);
    }
    const REDIS_SENTINELS = set.nodes.map(({ host, port }) => `${host}:${String(port)}`).join(',');
    const api = await TestApi.start('embedded', {
      ...{ DATABASE_URL: await demoDatabase(), REDIS_SENTINELS },
    });
    stops.push(() => api.stop());
    await api.get('/stats/user/2?days=30', { as: 'admin' });
    expect(await lookInTime(api)).toEqual([]);

    await set.command(set.servers[0], 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    expect(await lookInTime(api)).toEqual(['eviction-none']);
    const found = (await findingsOf(api)).find(({ id }) => id === 'eviction-none');
    await shell('sh', ['-c', found?.fix ?? '']);
    expect(await lookInTime(api)).toEqual([]);
  });
});
