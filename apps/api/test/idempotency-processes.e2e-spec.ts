import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DEMO_ADMIN, DEMO_PASSWORD } from '../src/demo-data/demo-usuarios.js';
import { startApiProcess, type ApiProcess } from './support/api-process.js';
import { demoDatabase } from './support/data-folder.js';
import { tareaBody } from './support/new-tarea.js';

describe('Idempotency-Key over two processes', () => {
  let client: pg.Client;
  let apis: readonly [ApiProcess, ApiProcess];
  let authorization = '';

  beforeAll(async () => {
    const url = await demoDatabase();
    const variables = { DATABASE_URL: url, JWT_SECRET: 'the same secret in both of the processes' };
    const first = await startApiProcess(variables);
    apis = [first, await startApiProcess({ ...variables, DEMO_DATA: 'false' })];
    client = new pg.Client({ connectionString: url });
    await client.connect();
    const login = await fetch(`${first.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: DEMO_ADMIN.email, password: DEMO_PASSWORD }),
    });
    // What the API answers a login with.
    const { access_token: token } = (await login.json()) as { access_token: string };
    authorization = `Bearer ${token}`;
  });
  afterAll(async () => {
    await client.end();
    await Promise.all(apis.map((api) => api.dispose()));
  });

  const create = (api: ApiProcess, key: string, titulo: string) =>
    fetch(`${api.url}/api/v1/tareas`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(tareaBody({ titulo })),
    });
  const count = async (titulo: string): Promise<number> => {
    const text = 'select count(*)::int as n from tareas where titulo = $1';
    const { rows } = await client.query<{ n: number }>(text, [titulo]);
    return rows[0]?.n ?? NaN;
  };
  /** Resolves when a creation waits for the lock that this test holds. */
  const untilOneWaits = async (): Promise<void> => {
    for (;;) {
      const { rowCount } = await client.query(
        "select 1 from pg_locks where not granted and relation = 'domain_events'::regclass",
      );
      if (rowCount === 1) return;
    }
  };

  it('requests at both at once create one tarea and get one answer', async () => {
    const [key, titulo] = [randomUUID(), `Una ${randomUUID()}`];
    const answers = await Promise.all(
      [...apis, ...apis].map(async (api) => {
        const answer = await create(api, key, titulo);
        return { status: answer.status, text: await answer.text() };
      }),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(await count(titulo)).toBe(1);
  });

  it('a process killed before its commit leaves nothing behind, and the other creates', async () => {
    const [dying, other] = apis;
    const [key, titulo] = [randomUUID(), `Otra ${randomUUID()}`];
    await client.query('begin; lock table domain_events in access exclusive mode');
    const lost = create(dying, key, titulo).catch(() => undefined);
    await untilOneWaits();
    dying.signal('SIGKILL');
    expect(await lost).toBeUndefined();
    await client.query('rollback');
    const answer = await create(other, key, titulo);
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(await count(titulo)).toBe(1);
  });
});
