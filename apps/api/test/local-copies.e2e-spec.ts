import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../src/create-app.js';
import { IDS, TestApi } from './support/api.js';
import { createTarea } from './support/new-tarea.js';

const SECRET = { JWT_SECRET: 'one secret for both of the processes' };

/** Two instances over one Redis and one database; each answers from its own memory. */
describe('Two instances with copies of statistics in memory', () => {
  let api: TestApi;
  let other: NestFastifyApplication;
  let otherUrl: string;

  beforeAll(async () => {
    api = await TestApi.start('copies', SECRET);
    other = await createApp({
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      CACHE_DEADLINE_MS: '10000',
      CACHE_LOCAL: 'true',
      DEMO_DATA: 'false',
      DATABASE_URL: api.databaseUrl ?? '',
      REDIS_URL: api.redisUrl ?? '',
      ...SECRET,
    });
    await other.listen(0, '127.0.0.1');
    otherUrl = await other.getUrl();
  });
  afterAll(async () => {
    await other.close();
    await api.stop();
  });

  interface Statistics {
    readonly total_tareas: number;
    readonly _cache: { readonly hit: boolean; readonly ttl: number; readonly key: string };
  }

  async function read(url: string): Promise<Statistics> {
    const response = await fetch(`${url}/api/v1/stats/user/${IDS.usuario}?days=30`, {
      headers: { authorization: `Bearer ${await api.login('admin')}` },
    });
    return (await response.json()) as Statistics;
  }

  async function copyHits(): Promise<number> {
    const { body } = await api.get('/cache/stats', { as: 'admin' });
    return (body.local.copies as { hits: number }).hits;
  }

  /** Reads until the cache answers: a late process has no proof that it is fresh. */
  async function untilHit(url: string): Promise<Statistics> {
    for (;;) {
      const served = await read(url);
      if (served._cache.hit) return served;
    }
  }

  /** Reads until both answer from their memories; the first reads may come before the first proof. */
  async function warm(): Promise<void> {
    const before = await copyHits();
    while ((await copyHits()) === before) await read(api.url);
    for (let at = 0; at < 3; at++) await untilHit(otherUrl);
  }

  it('instances with copies answer as Redis would have, the remaining ttl included', async () => {
    await warm();
    const served = await untilHit(api.url);
    expect(served._cache.key).toBe(`gad:stats:user:${IDS.usuario}:days:30`);
    expect(served._cache.ttl).toBeGreaterThan(200);
    expect(served._cache.ttl).toBeLessThanOrEqual(300);
  });

  it('instances with copies show a write at once, whichever instance is asked', async () => {
    await warm();
    const before = (await read(otherUrl)).total_tareas;
    for (let written = 1; written <= 10; written++) {
      await createTarea(api, { delegado_usuario_id: IDS.usuario });
      const [here, there] = await Promise.all([read(api.url), read(otherUrl)]);
      expect([here.total_tareas, there.total_tareas]).toEqual([before + written, before + written]);
    }
  });

  it.each([
    ['its own statistics', 'POST', `/stats/invalidate/user/${IDS.usuario}`],
    ['one key', 'POST', `/cache/invalidate/stats:user:${IDS.usuario}:days:30`],
    ['a pattern', 'POST', '/cache/invalidate-pattern/stats:*'],
    ['everything', 'POST', '/cache/clear'],
  ])('instances drop their copies together when an admin removes %s', async (_, method, path) => {
    await warm();
    await untilHit(otherUrl);
    expect((await api.call(method, path, { as: 'admin' })).status).toBeLessThan(300);
    expect((await read(otherUrl))._cache.hit).toBe(false);
  });
});
