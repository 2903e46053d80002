import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RedisServer } from '../../test/servers/redis-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { ownDatabase } from '../../test/servers/suite-servers.js';
import { ppm, REQUIRED } from './report.js';
import type { RunResult } from './run-adapter.js';
import { runAdapter } from './run-adapter.js';

const SEED = 20_261_123;

let redis: RedisServer;
let databaseUrl: string;
beforeAll(async () => {
  redis = await startRedis();
  databaseUrl = await ownDatabase();
});
afterAll(() => redis.stop());

function run(adapter: string, seconds: number): Promise<RunResult> {
  const size = { processes: 3, readers: 16, writers: 3, users: 16, restMs: 0, thinkMs: 0 };
  return runAdapter(adapter, { redisUrl: redis.url, databaseUrl, seconds, seed: SEED, ...size });
}

describe('Three processes over one Redis and one table', () => {
  it('three processes read nothing that was invalidated before, find no stuck key and never fail', async () => {
    const result = await run('gad', 20);
    expect(result.duringLoad).toBeGreaterThan(0);
    expect(result.loads).toBeLessThan(result.reads);
    const { stale, stuck, failures, wrong, retries, unindexed } = result;
    expect({ stale, stuck, failures, wrong, retries, unindexed }).toEqual({
      ...{ stale: 0, stuck: 0, failures: 0, wrong: 0, retries: 0, unindexed: 0 },
    });
  });

  it.each([
    ['the same reads and writes make plain cache-aside stale', 'raw'],
    ['set() by hand is raced, as its documentation says', 'gad-set-by-hand'],
  ])('%s', async (_, adapter) => {
    expect(ppm(await run(adapter, 8))).toBeGreaterThan(REQUIRED.rawPpm);
  });
});
