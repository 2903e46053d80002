import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { DEMO_PASSWORD, EMAILS } from './support/api.js';
import { startApiProcess, type ApiProcess } from './support/api-process.js';
import { demoDatabase } from './support/data-folder.js';

interface Counted {
  readonly reads: Readonly<Record<string, number>>;
}

interface NamedCounts extends Counted {
  readonly namespace: string;
}

describe('The totals of processes that end and begin', () => {
  let redis: RedisServer;
  let variables: Record<string, string>;
  let token: string;
  const processes: ApiProcess[] = [];

  const begin = async (): Promise<ApiProcess> => {
    const api = await startApiProcess(variables);
    processes.push(api);
    return api;
  };
  const get = async <T>(api: ApiProcess, path: string): Promise<T> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${api.url}/api/v1/${path}`, { headers });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  /** Reads of statistics, each of which counts once. */
  const read = async (api: ApiProcess, times: number): Promise<void> => {
    for (let n = 0; n < times; n++) await get<unknown>(api, 'stats/user/2?days=30');
  };
  const readsOf = ({ reads }: Counted): number =>
    Object.values(reads).reduce((sum, count) => sum + count, 0);
  const statistics = async (api: ApiProcess): Promise<number> => {
    const { items } = await get<{ items: NamedCounts[] }>(api, 'cache/namespaces');
    const found = items.find(({ namespace }) => namespace === 'stats:user');
    return found === undefined ? 0 : readsOf(found);
  };
  /** Until all that was counted is reported. */
  const untilTotal = async (api: ApiProcess, total: number): Promise<void> => {
    let counted = await statistics(api);
    for (let attempt = 0; counted < total && attempt < 200; attempt++) {
      await pause(50);
      counted = await statistics(api);
    }
    expect(counted).toBe(total);
  };

  beforeAll(async () => {
    redis = await startRedis();
    const JWT_SECRET = 'the same secret in all of the processes';
    // A busy machine must not turn a hit into a bypass.
    const common = { JWT_SECRET, CACHE_DEADLINE_MS: '10000' };
    variables = { ...common, DATABASE_URL: await demoDatabase(), REDIS_URL: redis.url };
    const api = await begin();
    const response = await fetch(`${api.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: EMAILS.admin, password: DEMO_PASSWORD }),
    });
    token = ((await response.json()) as { access_token: string }).access_token;
  });
  afterAll(async () => {
    for (const api of processes) await api.dispose();
    await redis.stop();
  });

  it('totals are the sum over processes after a restart, and after a kill at most a second is missing', async () => {
    const [first] = processes as [ApiProcess];
    const second = await begin();
    await read(first, 20);
    await read(second, 30);
    await untilTotal(first, 50);
    const { items } = await get<{ items: { figures: Counted }[] }>(first, 'cache/fleet');
    const { totals } = await get<{ totals: Counted }>(first, 'cache/overview');
    const own = items.map(({ figures }) => readsOf(figures));
    expect(own.reduce((a, b) => a + b)).toBe(readsOf(totals));

    // An orderly end reports what is left.
    await read(second, 5);
    second.signal('SIGTERM');
    expect(await second.ended()).toMatchObject({ signal: 'SIGTERM' });
    await untilTotal(first, 55);

    const third = await begin();
    await read(third, 7);
    await untilTotal(first, 62);
    await read(third, 3);
    third.signal('SIGKILL');
    await third.ended();
    const after = await statistics(first);
    expect(after).toBeGreaterThanOrEqual(62);
    expect(after).toBeLessThanOrEqual(65);

    const fourth = await begin();
    await read(fourth, 4);
    await untilTotal(fourth, after + 4);
  }, 300_000);
});
