import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { IDS, TestApi, type Answer } from './support/api.js';
import { cacheOf } from './support/explained.js';
import { expectProblem } from './support/expect-problem.js';
import { collectLeaks } from './support/leaks.js';
import { createTarea } from './support/new-tarea.js';
import { untilHit } from './support/until-hit.js';

let redis: RedisServer;
let control: ReturnType<typeof createClient>;
let api: TestApi;
collectLeaks(async () => {
  await redis.kill('SIGCONT');
  control.destroy();
  await api.stop();
  await redis.stop();
});

const FAULTS = [
  {
    name: 'frozen',
    isReadable: false,
    strike: () => redis.kill('SIGSTOP'),
    heal: () => redis.kill('SIGCONT'),
  },
  {
    name: 'killed',
    isReadable: false,
    strike: () => redis.kill('SIGKILL'),
    heal: () => redis.restart(),
  },
  {
    name: 'full',
    isReadable: true,
    strike: () => control.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' }),
    heal: () => control.configSet('maxmemory', '0'),
  },
  {
    name: 'read-only',
    isReadable: true,
    strike: () => control.sendCommand(['REPLICAOF', '127.0.0.1', '1']),
    heal: () => control.sendCommand(['REPLICAOF', 'NO', 'ONE']),
  },
  {
    name: 'flushed',
    isReadable: true,
    strike: () => control.sendCommand(['FLUSHALL']),
    heal: () => Promise.resolve(),
  },
];

beforeAll(async () => {
  redis = await startRedis();
  control = createClient({ url: redis.url });
  control.on('error', () => undefined);
  await control.connect();
  api = await TestApi.start('servers', { REDIS_URL: redis.url, CACHE_DEADLINE_MS: '500' });
  for (const role of ['admin', 'supervisor', 'usuario'] as const) await api.login(role);
});

const statistics = (): Promise<Answer> => api.get(`/stats/user/${IDS.usuario}`, { as: 'admin' });
const report = async (): Promise<void> => cacheOf(api).fleet?.report();
const admin = (path: string): Promise<Answer> => api.get(`/cache/${path}`, { as: 'admin' });
const dropped = (): number => cacheOf(api).fleet?.self().dropped ?? 0;

describe.each(FAULTS)('reporting while Redis is $name', ({ name, isReadable, strike, heal }) => {
  beforeAll(async () => {
    await untilHit(statistics);
    await report();
    await strike();
  });
  afterAll(async () => {
    await heal();
    await untilHit(statistics);
    // What was counted meanwhile comes with the next report that the store takes.
    const before = dropped();
    await report();
    expect(dropped()).toBe(before);
    const { body } = await admin('overview');
    expect(body).toMatchObject({ store: 'redis', processes: 1 });
    expect(body.totals.reads.miss + body.totals.reads.bypass).toBeGreaterThan(0);
  });

  it('no read and no write fails, or waits for a report that is under way', async () => {
    const reports = Promise.all([report(), report()]);
    const answers = await Promise.all(Array.from({ length: 10 }, statistics));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await createTarea(api)).id).toBeGreaterThan(0);
    await reports;
  });

  it('a report that the store did not take is counted, and nothing that is unknown is shown as 0', async () => {
    const before = dropped();
    await report();
    if (name !== 'flushed') expect(dropped()).toBeGreaterThan(before);
    const [overview, fleet] = [await admin('overview'), await admin('fleet')];
    expect([overview.status, fleet.status]).toEqual([200, 200]);
    const [self] = fleet.body.items;
    expect(fleet.body.items).toHaveLength(1);
    const { store, totals } = overview.body;
    expect(store).toBe(isReadable ? 'redis' : 'unavailable');
    if (!isReadable) {
      expect(totals.reads.hit).toBeGreaterThan(0);
      expect(self).toMatchObject({ self: true, dropped_reports: expect.any(Number) });
      expect(self.dropped_reports).toBeGreaterThan(0);
      // The last proof grows older, or there is none.
      expect(self.proof_age_ms).not.toBe(0);
      for (const route of ['namespaces', 'history', 'hot', 'journal', 'tree']) {
        expectProblem(await admin(route), 503, 'CACHE_UNAVAILABLE');
      }
    }
    // What nothing was counted of has no ratio.
    const { reads, hit_ratio: ratio } = totals;
    const counted = reads.hit + reads.local_hit + reads.stale_hit + reads.miss + reads.bypass;
    expect(ratio === null).toBe(counted === 0);
  });
});
