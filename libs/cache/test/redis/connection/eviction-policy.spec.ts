import { beforeEach, expect, it } from '@jest/globals';
import { logInto, openRedisStore, until } from '../../support/fixtures.js';
import { redisForTests } from '../../support/redis-server.js';

const server = redisForTests();
let lines: string[];
beforeEach(() => {
  lines = [];
});

const policyLines = (): string[] => lines.filter((line) => line.includes('maxmemory-policy'));

it.each(['allkeys-lfu', 'volatile-ttl', 'volatile-lru', 'allkeys-random', 'noeviction'])(
  'a start on a server with maxmemory and the policy %s warns once, and names allkeys-lru',
  async (policy) => {
    await server.command('CONFIG', 'SET', 'maxmemory', '100mb', 'maxmemory-policy', policy);
    const store = await openRedisStore(server, { logger: logInto(() => lines) });
    await until(() => policyLines().length > 0);
    expect(policyLines()).toEqual([expect.stringMatching(new RegExp(`${policy}.*allkeys-lru`))]);
    await store.close();
  },
);

it.each([
  ['100mb', 'allkeys-lru'],
  ['0', 'noeviction'],
])('a start on a server with maxmemory %s and %s logs nothing', async (maxmemory, policy) => {
  await server.command('CONFIG', 'SET', 'maxmemory', maxmemory, 'maxmemory-policy', policy);
  const store = await openRedisStore(server, { logger: logInto(() => lines) });
  // The figures are asked for behind the policy, on the same connection.
  await store.statistics();
  expect(policyLines()).toEqual([]);
  await store.close();
});
