/**
 * How many requests for cached statistics does one process answer a second, from its own memory and
 * from Redis?
 *
 *   npm run bench:http-local
 *
 * Two processes of the API over one Redis and one database, one with CACHE_LOCAL; they take
 * turns, and the requests come from this process, on the same machine.
 */
import { Agent, get } from 'node:http';
import { startApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const ROUNDS = 9;
const SECONDS = 2;
const CONNECTIONS = 16;
const PATH = '/api/v1/stats/user/2?days=30';

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
try {
  const variables = {
    REDIS_URL: redis.url,
    DATABASE_URL: await postgres.createDatabase('http_local'),
    JWT_SECRET: 'one secret for both of the processes',
    CACHE_DEADLINE_MS: '5000',
    CACHE_LOG_LEVEL: 'off',
  };
  const stored = await startApiProcess(variables);
  const local = await startApiProcess({
    ...variables,
    DEMO_DATA: 'false',
    CACHE_LOCAL: 'true',
  });
  try {
    const login = await fetch(`${stored.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@gad.local', password: 'gad-demo' }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const rates = { stored: [] as number[], local: [] as number[] };
    for (let round = -1; round < ROUNDS; round++) {
      for (const name of round % 2 === 0
        ? (['stored', 'local'] as const)
        : (['local', 'stored'] as const)) {
        const rate = await requestsPerSecond({ stored, local }[name].url, token);
        if (round >= 0) rates[name].push(rate);
      }
    }
    console.log(machine());
    console.log(`from Redis  ${spread(rates.stored, 0)} requests a second`);
    console.log(`from memory ${spread(rates.local, 0)} requests a second`);
    const ratio = rates.local.map((rate, round) => rate / (rates.stored[round] ?? NaN));
    console.log(`ratio       ${spread(ratio, 3)}`);
    expectFigure('memory is no slower than Redis', quantile(ratio, 0.5) >= 1);
  } finally {
    await Promise.all([stored.dispose(), local.dispose()]);
  }
} finally {
  await Promise.all([redis.stop(), postgres.stop()]);
}

async function requestsPerSecond(url: string, token: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const headers = { authorization: `Bearer ${token}` };
  const end = performance.now() + SECONDS * 1_000;
  let answered = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < end) {
      await new Promise<void>((resolve, reject) => {
        get(url + PATH, { agent, headers }, (response) => {
          if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
          response.resume().on('end', resolve);
        }).on('error', reject);
      });
      answered++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  agent.destroy();
  return answered / SECONDS;
}
