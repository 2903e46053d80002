import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { openDatabase, type OpenDatabase } from '../src/database/open-database.js';
import { tareas } from '../src/database/schema.js';
import { appendEvents } from '../src/events/outbox/append-events.js';
import { IDS, TestApi } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { createTarea } from './support/new-tarea.js';

interface Served {
  readonly total: number;
  readonly completadas: number;
  readonly hit: boolean;
}

async function read(api: TestApi): Promise<Served> {
  const { body } = await api.get(`/stats/user/${IDS.usuario}?days=30`, { as: 'admin' });
  return { total: body.total_tareas, completadas: body.completadas, hit: body._cache.hit };
}

/** Reads until the cache serves; what it serves must be as wanted all the while. */
async function untilServed(api: TestApi, total?: number): Promise<Served> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const served = await read(api);
    if (total !== undefined) expect(served.total).toBe(total);
    if (served.hit) return served;
  }
  throw new Error('the cache is not used');
}

/** What a process leaves behind that dies between its commit and the invalidation. */
async function writeAndDie(database: OpenDatabase, tareaId: number): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.update(tareas).set({ delegadoUsuarioId: IDS.admin }).where(eq(tareas.id, tareaId));
    await appendEvents(tx, [
      {
        name: 'tarea.reassigned',
        data: { tareaId, fromUsuarioId: IDS.usuario, toUsuarioId: IDS.admin },
      },
    ]);
  });
}

describe('Several processes over one PostgreSQL and one Redis', () => {
  let redis: RedisServer;
  let apis: [TestApi, TestApi];
  let database: OpenDatabase;
  beforeAll(async () => {
    redis = await startRedis();
    const variables = { DATABASE_URL: await demoDatabase(), REDIS_URL: redis.url };
    apis = [await TestApi.start('servers', variables), await TestApi.start('servers', variables)];
    database = await openDatabase({
      database: { url: variables.DATABASE_URL, poolSize: 1 },
      dataDir: '',
    });
  });
  afterAll(async () => {
    await Promise.all(apis.map((api) => api.stop()));
    await database.close();
    await redis.stop();
  });

  const command = async (name: string): Promise<void> => {
    const client = await createClient({ url: redis.url }).connect();
    await client.sendCommand([name]);
    client.destroy();
  };
  const relays = async (): Promise<string[]> => {
    const answers = await Promise.all(apis.map((api) => api.get('/cache/stats', { as: 'admin' })));
    return answers.map(({ body }) => body.freshness.relay as string).sort();
  };

  it('one relay applies the outbox, and every process knows that the store is fresh', async () => {
    while (String(await relays()) !== 'following,leading');
    for (const api of apis) {
      await untilServed(api);
      // A late process has no proof until the next one.
      const healthOf = async () => (await api.get('//health/ready')).body.details.cache;
      while ((await healthOf()).fresh !== true);
      expect(await healthOf()).toMatchObject({ status: 'up', consistency: 'strict' });
      const metrics = async () => String((await api.get('//metrics')).body);
      while (!/^cache_fresh\{[^}]*\} 1$/m.test(await metrics()));
    }
  });

  it('a write in one process is seen by the next read in the other', async () => {
    for (const [writer, reader] of [apis, [apis[1], apis[0]] as const]) {
      const { total } = await untilServed(reader);
      await createTarea(writer, { delegado_usuario_id: IDS.usuario });
      expect(await read(reader)).toMatchObject({ total: total + 1, hit: false });
    }
  });

  it('the death of a process between commit and invalidation heals', async () => {
    const { id } = await createTarea(apis[0], { delegado_usuario_id: IDS.usuario });
    const { total } = await untilServed(apis[1]);
    await writeAndDie(database, id);
    const begin = performance.now();
    while ((await read(apis[1])).total === total) {
      // Far above what it takes on a busy machine, and far below the ttl of five minutes.
      if (performance.now() - begin > 60_000) throw new Error('the old value stays');
    }
    expect(await untilServed(apis[1], total - 1)).toMatchObject({ hit: true });
  });

  it('a Redis that comes back with an old state serves none of it', async () => {
    const { total } = await untilServed(apis[0]);
    await command('SAVE');
    const { id } = await createTarea(apis[0], { delegado_usuario_id: IDS.usuario });
    await createTarea(apis[1], { delegado_usuario_id: IDS.usuario });
    await redis.kill('SIGKILL');
    expect((await apis[0].delete(`/tareas/${id}`, { as: 'admin' })).status).toBe(204);
    await redis.restart();
    for (const api of apis) await untilServed(api, total + 1);
  });

  it('a Redis that another client flushes serves correct values', async () => {
    const { total } = await untilServed(apis[0]);
    await command('FLUSHALL');
    await createTarea(apis[0], { delegado_usuario_id: IDS.usuario });
    for (const api of apis) await untilServed(api, total + 1);
  });
});

describe('Several processes over one PostgreSQL, each with a cache of its own', () => {
  let apis: [TestApi, TestApi];
  beforeAll(async () => {
    const variables = { DATABASE_URL: await demoDatabase(), REDIS_URL: '' };
    apis = [await TestApi.start('servers', variables), await TestApi.start('servers', variables)];
  });
  afterAll(async () => {
    await Promise.all(apis.map((api) => api.stop()));
  });

  it('a write in one process with its own cache is seen by the next read in the other', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { total } = await untilServed(apis[1]);
      await createTarea(apis[0], { delegado_usuario_id: IDS.usuario });
      expect(await read(apis[1])).toMatchObject({ total: total + 1 });
    }
  });
});
