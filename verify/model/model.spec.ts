import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RedisServer } from '../../test/servers/redis-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { runModel } from './run-model.js';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

describe('Random programs under random schedules', () => {
  it('random programs never make a reader see what was invalidated before its read', async () => {
    const seed = Date.now() % 1_000_000;
    const tally = await runModel({ redisUrl: redis.url, operations: 3_000, seed });
    // The programs have to reach the places where things go wrong.
    expect(tally.loads).toBeGreaterThan(300);
    expect(tally.joins).toBeGreaterThan(50);
    expect(tally.waits).toBeGreaterThan(20);
    expect(tally.refused).toBeGreaterThan(20);
    expect(tally.errors).toBeGreaterThan(20);
    expect(tally.hits).toBeGreaterThan(100);
    expect(tally.stale).toBeGreaterThan(5);
    expect(tally.refreshes).toBeGreaterThan(0);
  }, 240_000);
});
