import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createClient, RESP_TYPES } from 'redis';
import { DatabaseHost } from '../../../verify/faults/database-host.js';
import { Downtimes } from '../../../verify/faults/downtimes.js';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { DEMO_ADMIN, DEMO_PASSWORD } from '../src/demo-data/demo-usuarios.js';
import { startApiProcess, type ApiProcess } from './support/api-process.js';
import { IDS } from './support/api.js';

const SECRET = 'the same secret in both of the processes';
const KEY = `gad:stats:user:${IDS.usuario}:days:30`;
const PROOF_MS = 1_600;
const CURSOR = 'gad:\0cursor';
const RELAY = 'gad:\0relay';

interface Served {
  readonly total: number;
  readonly hit: boolean;
}

/** The real relay, with real servers, at moments that only a hook in its process can hit. */
describe('The log and its relay', () => {
  let redis: RedisServer;
  let commands: ReturnType<typeof createClient>;
  let database: DatabaseHost;
  let client: pg.Pool;
  let token = '';
  const processes: ApiProcess[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    commands = createClient({ url: redis.url });
    await commands.connect();
  });
  afterAll(async () => {
    await commands.close();
    await redis.stop();
  });
  beforeEach(async () => {
    await commands.flushAll();
    database = await DatabaseHost.start(new Downtimes(() => 0));
    client = new pg.Pool({ connectionString: database.url, max: 1 });
    client.on('error', () => undefined);
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((api) => api.dispose()));
    await client.end();
    await database.close();
  });

  async function start(options: { takesOrders?: boolean } = {}): Promise<ApiProcess> {
    const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url, JWT_SECRET: SECRET };
    const api = await startApiProcess(variables, options);
    processes.push(api);
    return api;
  }

  async function logIn(api: ApiProcess, email = DEMO_ADMIN.email): Promise<void> {
    const response = await fetch(`${api.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: DEMO_PASSWORD }),
    });
    ({ access_token: token } = (await response.json()) as { access_token: string });
  }

  async function get(api: ApiProcess, path: string): Promise<{ status: number; body: unknown }> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${api.url}/api/v1${path}`, { headers });
    return { status: response.status, body: await response.json() };
  }

  /** `undefined` while the database is unavailable. */
  async function read(api: ApiProcess): Promise<Served | undefined> {
    const { status, body } = await get(api, `/stats/user/${IDS.usuario}?days=30`);
    if (status !== 200) return undefined;
    // The answer of the route.
    const { total_tareas: total, _cache } = body as {
      total_tareas: number;
      _cache: { hit: boolean };
    };
    return { total, hit: _cache.hit };
  }

  /** Reads until the cache serves; every answer on the way must show this total. */
  async function untilServed(api: ApiProcess, total?: number): Promise<number> {
    for (let attempt = 0; attempt < 2_000; attempt += 1) {
      const served = await read(api);
      if (served === undefined) continue;
      if (total !== undefined) expect(served.total).toBe(total);
      if (served.hit) return served.total;
    }
    throw new Error('the cache is not used');
  }

  async function relayOf(api: ApiProcess): Promise<{ relay: string; events: number }> {
    const { body } = await get(api, '/cache/stats');
    return (body as { freshness: { relay: string; events: number } }).freshness;
  }

  /** A figure among the metrics of a process. */
  async function metric(api: ApiProcess, name: string): Promise<number> {
    const text = await (await fetch(`${api.url}/metrics`)).text();
    return Number(new RegExp(`^${name}[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? NaN);
  }
  const principalHits = (api: ApiProcess) =>
    metric(api, 'cache_principals_total\\{[^}]*result="hit"');
  const eventsOf = (api: ApiProcess) => metric(api, 'cache_relay_events_total\\{');

  /** What the store holds now, the relay's bookkeeping apart; the returned function puts it back. */
  async function copyOfValues(): Promise<() => Promise<unknown>> {
    const raw = commands.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    const copies: [string, Buffer][] = [];
    for (const key of await commands.keys('gad:*')) {
      if (key === CURSOR || key === RELAY) continue;
      copies.push([key, await raw.dump(key)]);
    }
    return () =>
      Promise.all(copies.map(([key, copy]) => commands.restore(key, 0, copy, { REPLACE: true })));
  }

  /** A write by another program that appends to the outbox: only a relay removes what it made stale. */
  async function writeAsStranger(): Promise<void> {
    await client.query(
      `with written as (
         insert into tareas (codigo, titulo, tipo, prioridad, inicio_programado,
                             delegado_usuario_id, creado_por_usuario_id)
         values ('X-' || gen_random_uuid(), 'Ronda', 'patrullaje', 3, now(), $1::int, $1::int)
         returning id
       )
       insert into domain_events (name, data)
       select 'tarea.created', jsonb_build_object('tareaId', id, 'delegadoUsuarioId', $1::int)
         from written`,
      [IDS.usuario],
    );
  }

  it('a relay that is killed between its removals and its cursor loses nothing: the next one repeats them', async () => {
    const leader = await start({ takesOrders: true });
    await logIn(leader);
    const before = await untilServed(leader);
    const stale = await commands.get(KEY);
    const putBack = await copyOfValues();

    leader.send('die before the cursor');
    const died = leader.ended();
    await writeAsStranger();
    expect((await died).signal).toBe('SIGKILL');
    expect(await commands.get(KEY)).not.toBe(stale);
    // As if its removals had been lost with it: only their repetition makes this good.
    await putBack();
    expect(await commands.get(KEY)).toBe(stale);
    // It is before the event, or the successor would have nothing to apply.
    const cursor = await commands.get(CURSOR);

    const successor = await start();
    for (let events = 0; events === 0; { events } = await relayOf(successor));
    expect(await commands.get(CURSOR)).not.toBe(cursor);
    expect(await untilServed(successor, before + 1)).toBe(before + 1);
    expect(await relayOf(successor)).toMatchObject({ relay: 'leading', events: 1 });
  });

  it('a role change whose process is killed between its commit and its invalidation ends the old role in every other process', async () => {
    const writer = await start({ takesOrders: true });
    await logIn(writer);
    const admin = token;
    const reader = await start();
    await logIn(reader, 'supervisor@gad.local');
    // Recognised from the cache, and allowed to read what is another usuario's.
    for (let before = NaN; !((await principalHits(reader)) > before);) {
      before = await principalHits(reader);
      await untilServed(reader);
    }

    writer.send('die before invalidation');
    const died = writer.ended();
    const change = fetch(`${writer.url}/api/v1/usuarios/${IDS.supervisor}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ rol: 'usuario' }),
    });
    await expect(change).rejects.toThrow();
    expect((await died).signal).toBe('SIGKILL');
    const { rows } = await client.query('select rol from usuarios where id = $1', [IDS.supervisor]);
    expect(rows).toEqual([{ rol: 'usuario' }]);

    const path = `/stats/user/${IDS.usuario}?days=30`;
    let status = 200;
    while (status === 200) ({ status } = await get(reader, path));
    expect(status).toBe(403);
    // The successor of the relay removes the cached caller, too; neither of them brings it back.
    for (let events = 0; events === 0; events = await eventsOf(reader)) {
      expect((await get(reader, path)).status).toBe(403);
    }
    for (let again = 0; again < 50; again += 1) {
      expect((await get(reader, path)).status).toBe(403);
    }
  });

  it('nothing is served of what a restore of the database removed, with Redis left alone', async () => {
    const api = await start();
    await logIn(api);
    await database.backUp();
    const restored = await untilServed(api);
    await writeAsStranger();
    for (let total = restored; total === restored; total = await untilServed(api));
    expect(await untilServed(api, restored + 1)).toBe(restored + 1);

    await database.restore(async () => {
      // Putting a database back takes longer than the proof of freshness lasts without it.
      await sleep(PROOF_MS);
      // Redis holds what the database does not know any more.
      expect(await commands.get(KEY)).toContain(`"total_tareas":${String(restored + 1)}`);
    });
    expect(await untilServed(api, restored)).toBe(restored);
  });
});
