import { Agent, request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { DEMO_PASSWORD, EMAILS } from './support/api.js';
import { startApiProcess, type ApiProcess } from './support/api-process.js';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The server asks for this connection not to be used again. */
  readonly last: boolean;
}

/** One request on a connection of the agent. Rejects when it is dropped. */
function send(
  agent: Agent,
  url: string,
  options: { token?: string; body?: unknown; method?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { token, body, method = body === undefined ? 'GET' : 'POST' } = options;
    const sent = request(
      url,
      {
        agent,
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text,
            last: response.headers.connection === 'close',
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

let redis: RedisServer;
let postgres: PostgresServer;
let api: ApiProcess;
let token: string;
const agents: Agent[] = [];

const keepAlive = (): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
};

beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
});
afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
beforeEach(async () => {
  api = await startApiProcess({ REDIS_URL: redis.url, DATABASE_URL: postgres.url });
  const login = await send(keepAlive(), `${api.url}/api/v1/auth/login`, {
    body: { email: EMAILS.usuario, password: DEMO_PASSWORD },
  });
  token = (JSON.parse(login.text) as { access_token: string }).access_token;
});
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await Promise.all([redis.kill('SIGCONT'), postgres.kill('SIGCONT')]);
  await api.dispose();
  for (const server of [redis, postgres]) if (server.pid === undefined) await server.restart();
});

const ROUTES = ['/stats/user/2', '/stats/user/2?use_cache=false', '/tareas?limit=3', '/auth/me'];

/** A keep-alive client as a load balancer has them: it goes on until it is asked to leave. */
async function client(number: number): Promise<Answer[]> {
  const agent = keepAlive();
  const answers: Answer[] = [];
  for (let turn = number; ; turn += 1) {
    const answer = await send(agent, `${api.url}/api/v1${ROUTES[turn % ROUTES.length] ?? ''}`, {
      token,
    });
    answers.push(answer);
    if (answer.last) return answers;
  }
}

describe('SIGTERM', () => {
  it('SIGTERM under load drops no request, keep-alive clients included', async () => {
    const clients = Array.from({ length: 20 }, (_, number) => client(number));
    const probe = keepAlive();
    while ((await send(probe, `${api.url}/health/ready`)).status !== 200);
    await new Promise((resolve) => setTimeout(resolve, 300));
    api.signal('SIGTERM');
    const end = api.ended();
    const answers = (await Promise.all(clients)).flat();
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await end).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(api.output).not.toMatch(/unhandled|Not closed/i);
  });

  it('SIGTERM says so to load balancers at once, with a problem, and still answers what comes', async () => {
    await api.dispose();
    api = await startApiProcess({
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      SHUTDOWN_GRACE_MS: '3000',
    });
    api.signal('SIGTERM');
    const end = api.ended();
    let ready: Answer;
    do {
      ready = await send(keepAlive(), `${api.url}/health/ready`);
    } while (!ready.last);
    expect(ready.status).toBe(503);
    expect(ready.type).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(ready.text)).toMatchObject({ code: 'SHUTTING_DOWN', status: 503 });
    const refused = await send(keepAlive(), `${api.url}/api/v1/tareas`);
    expect(refused).toMatchObject({ status: 401, last: true });
    await end;
  });

  it.each([
    ['Redis is frozen', () => redis.kill('SIGSTOP')],
    ['Redis is dead', () => redis.kill('SIGKILL')],
    ['PostgreSQL is frozen', () => postgres.kill('SIGSTOP')],
    ['PostgreSQL is dead', () => postgres.kill('SIGKILL')],
  ])('SIGTERM while %s ends within its bound, and answers what is under way', async (_, strike) => {
    await strike();
    const underWay = Array.from({ length: 10 }, () =>
      send(keepAlive(), `${api.url}/api/v1/stats/user/2`, { token }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    api.signal('SIGTERM');
    const end = await api.ended();
    // SHUTDOWN_TIMEOUT_MS, with room for a busy machine.
    expect(end.ms).toBeLessThan(9_000 + 3_000);
    for (const { status, type } of await Promise.all(underWay)) {
      expect([200, 503]).toContain(status);
      if (status === 503) expect(type).toMatch(/^application\/problem\+json/);
    }
  });

  it('SIGTERM ends a request that never arrives whole, too', async () => {
    const half = request(`${api.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '100' },
    });
    half.on('error', () => undefined);
    half.write('{"email":');
    await new Promise((resolve) => setTimeout(resolve, 200));
    api.signal('SIGTERM');
    expect((await api.ended()).ms).toBeLessThan(9_000 + 3_000);
    half.destroy();
  });
});
