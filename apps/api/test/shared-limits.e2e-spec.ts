import { describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../test/servers/redis-server.js';
import { DEMO_PASSWORD, EMAILS, TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { tryLogin } from './support/new-usuario.js';

/** How many logins two processes let in together, tried in turn. */
async function letIn(apis: readonly TestApi[]): Promise<number> {
  let accepted = 0;
  for (let round = 0; round < 6; round += 1) {
    for (const api of apis) {
      if ((await tryLogin(api, EMAILS.usuario, DEMO_PASSWORD)).status === 200) accepted += 1;
    }
  }
  return accepted;
}

describe('the limits of several processes over one PostgreSQL', () => {
  it('the limits of several processes are one limit without Redis', async () => {
    const variables = { DATABASE_URL: await demoDatabase(), REDIS_URL: '', LOGIN_RATE_LIMIT: '4' };
    const one = await TestApi.start('servers', variables);
    const apis = [one, await TestApi.start('servers', variables)];
    try {
      expect(await letIn(apis)).toBe(4);
      const limited = await tryLogin(one, EMAILS.usuario, DEMO_PASSWORD);
      const wait = Number(limited.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(15);
    } finally {
      await Promise.all(apis.map((api) => api.stop()));
    }
  });

  it('the limits of several processes are one with Redis, and begin again but stay one while it is unavailable', async () => {
    const redis = await startRedis();
    const variables = {
      DATABASE_URL: await demoDatabase(),
      REDIS_URL: redis.url,
      LOGIN_RATE_LIMIT: '4',
      CACHE_DEADLINE_MS: '2000',
    };
    const apis = [
      await TestApi.start('servers', variables),
      await TestApi.start('servers', variables),
    ];
    try {
      expect(await letIn(apis)).toBe(4);
      await redis.kill('SIGKILL');
      expect(await letIn(apis)).toBe(4);
    } finally {
      await Promise.all(apis.map((api) => api.stop()));
      await redis.stop();
    }
  });
});
