import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { pick, randomNumbers } from '../src/seed/random.js';
import { TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { apart, cacheOf } from './support/explained.js';

const KEYS = 6_000;
const AT_ONCE = 200;
/** What happens to the keys, and to how many of a hundred. */
const FATES = [
  ['expired', 30],
  ['invalidated', 20],
  ['evicted', 15],
  ['kept', 35],
] as const;

describe('what two processes say of a seeded run', () => {
  let redis: RedisServer;
  let apis: [TestApi, TestApi];
  const random = randomNumbers(20_261);

  beforeAll(async () => {
    redis = await startRedis();
    const variables = {
      ...{ DATABASE_URL: await demoDatabase(), REDIS_URL: redis.url },
      // A busy machine must not turn hits into bypasses, and nothing reads a line for each of them.
      ...{ CACHE_CONSISTENCY: 'bounded', CACHE_LOG_LEVEL: 'off' },
    };
    apis = [await TestApi.start('servers', variables), await TestApi.start('servers', variables)];
  }, 120_000);
  afterAll(async () => {
    for (const api of apis) await api.stop();
    await redis.stop();
  });

  const report = async (): Promise<void> => {
    for (const api of apis) await cacheOf(api).fleet?.report();
  };
  const admin = async (path: string) => (await apis[0].get(`/cache/${path}`, { as: 'admin' })).body;
  /** Reads through the process that each is given to, many at once. */
  const readAll = async (reads: readonly (readonly [key: string, by: number, ttl: number])[]) => {
    for (let at = 0; at < reads.length; at += AT_ONCE) {
      await Promise.all(
        reads.slice(at, at + AT_ONCE).map(([key, by, ttl]) => {
          const options = { ttl, namespace: key.startsWith('hot') ? 'hot' : 'seeded' };
          return cacheOf(by === 0 ? apis[0] : apis[1]).getOrSet(key, () => 1, options);
        }),
      );
    }
  };
  it('the causes of misses have their shares within three points', async () => {
    const keys = Array.from({ length: KEYS }, (_, n) => ({ n, fate: pick(random, FATES) })).map(
      ({ n, fate }) => ({ fate, key: `seeded:${fate}:${n}`, by: n % 2 }),
    );
    const truth = { first: KEYS, expired: 0, invalidated: 0, evicted: 0, kept: 0 };
    for (const { fate } of keys) truth[fate]++;
    await readAll(keys.map(({ key, by, fate }) => [key, by, fate === 'expired' ? 2 : 600]));
    await report();
    await pause(2_500);
    await cacheOf(apis[0]).invalidate('seeded:invalidated:*');
    const client = await createClient({ url: redis.url }).connect();
    const dropped = keys.filter(({ fate }) => fate === 'evicted').map(({ key }) => `gad:${key}`);
    await client.unlink(dropped);
    await client.close();
    await report();
    await apart();
    await readAll(keys.map(({ key, by }) => [key, 1 - by, 600]));
    for (let turn = 0; turn < 3; turn++) await report();
    const { items } = await admin('namespaces');
    const found = items.find(({ namespace }: { namespace: string }) => namespace === 'seeded');
    const missed = KEYS + truth.expired + truth.invalidated + truth.evicted;
    expect(found.reads).toMatchObject({ miss: missed, hit: truth.kept });
    const causes = found.miss_causes as Record<string, number>;
    const all = Object.values(causes).reduce((sum, count) => sum + count, 0);
    for (const cause of ['first', 'expired', 'invalidated', 'evicted'] as const) {
      const points = 100 * Math.abs((causes[cause] ?? 0) / all - truth[cause] / missed);
      expect([cause, points <= 3 ? 'within 3 points' : points]).toEqual([cause, 'within 3 points']);
    }
  }, 120_000);

  it('the ten keys that were read most are named, each within its error', async () => {
    const truth = new Map<string, number>();
    const reads = Array.from({ length: 15_000 }, (_, n) => {
      // Of 400 keys, the first the most: about Zipf.
      const key = `hot:${Math.floor(400 ** random()) - 1}`;
      truth.set(key, (truth.get(key) ?? 0) + 1);
      return [key, n % 2, 600] as const;
    });
    await readAll(reads);
    await report();
    const { items } = await admin('hot?by=reads&limit=10');
    expect(items).toHaveLength(10);
    const least = [...truth.values()].sort((a, b) => b - a)[9] ?? 0;
    for (const { key, figure, error } of items) {
      const count = truth.get(key) ?? 0;
      expect([key, Math.abs(figure - count) <= error]).toEqual([key, true]);
      // No key in the list was read so seldom that its error does not allow it to be there.
      expect(count + error).toBeGreaterThanOrEqual(least - error);
    }
    const { reads: counted } = (await admin('namespaces')).items.find(
      ({ namespace }: { namespace: string }) => namespace === 'hot',
    );
    const { hit, miss } = counted as { hit: number; miss: number };
    expect([hit + miss, miss >= truth.size]).toEqual([15_000, true]);
  }, 120_000);
});
