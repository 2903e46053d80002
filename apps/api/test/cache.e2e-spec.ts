import { beforeEach, describe, expect, it } from '@jest/globals';
import { CacheService } from '@gad/cache';
import { createClient } from 'redis';
import { onEveryCacheSetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { postRaw } from './support/raw-http.js';

onEveryCacheSetup('cache administration', (api) => {
  const admin = (method: string, path: string) => api().call(method, path, { as: 'admin' });
  /** Fills these keys by what fills them in earnest. */
  const warm = async (...days: number[]) => {
    for (const n of days) await api().get(`/stats/user/2?days=${n}`, { as: 'usuario' });
  };
  const keys = async () =>
    (await admin('GET', '/cache/keys?limit=100')).body.items.map(
      (item: { key: string }) => item.key,
    ) as string[];

  beforeEach(async () => {
    await admin('POST', '/cache/clear');
  });

  it('the cache administration is closed to all but admins, on every route', async () => {
    const routes = [
      ['GET', '/cache/stats'],
      ['POST', '/cache/invalidate/a'],
      ['POST', '/cache/invalidate-pattern/a*'],
      ['POST', '/cache/clear'],
      ['GET', '/cache/keys'],
      ['GET', '/cache/keys/a'],
    ] as const;
    for (const [method, path] of routes) {
      expectProblem(await api().call(method, path), 401, 'UNAUTHENTICATED');
      for (const as of ['usuario', 'supervisor'] as const) {
        expectProblem(await api().call(method, path, { as }), 403, 'FORBIDDEN');
      }
    }
  });

  it('the cache administration shows the guide’s metrics and this instance’s own', async () => {
    await warm(30, 30, 30);
    const { status, body } = await admin('GET', '/cache/stats');
    expect(status).toBe(200);
    expect(body).toEqual({
      connected: true,
      keys_count: 1,
      keyspace_hits: expect.any(Number),
      keyspace_misses: expect.any(Number),
      hit_rate: expect.any(Number),
      evicted_keys: 0,
      used_memory: expect.stringMatching(/^\d+(\.\d+)?[BKMG]$/),
      db_size: expect.any(Number),
      store: api().redisUrl === undefined ? 'memory' : 'redis',
      prefix: 'gad:',
      uptime_seconds: expect.any(Number),
      unknown_figures: [],
      partial: false,
      freshness: api().redisUrl ? expect.objectContaining({ fresh: true }) : null,
      local: expect.objectContaining({ hits: expect.any(Number), misses: expect.any(Number) }),
    });
    expect(body.hit_rate).toBeGreaterThan(0);
    expect(body.hit_rate).toBeLessThanOrEqual(1);
    expect(body.local.hits).toBeGreaterThanOrEqual(2);
  });

  describe('POST /cache/invalidate/{key}', () => {
    it('POST /cache/invalidate/{key} removes exactly that key and says whether it was there', async () => {
      await warm(7, 30);
      const remove = () => admin('POST', '/cache/invalidate/stats:user:2:days:30');
      expect(await remove()).toMatchObject({
        status: 200,
        body: { key: 'stats:user:2:days:30', deleted: true },
      });
      expect(await remove()).toMatchObject({
        body: { key: 'stats:user:2:days:30', deleted: false },
      });
      expect(await keys()).toEqual(['stats:user:2:days:7']);
    });

    it('POST /cache/invalidate/{key} understands a key pasted with its prefix, and one that Swagger UI has encoded', async () => {
      for (const pasted of [
        'gad:stats:user:2:days:30',
        encodeURIComponent('stats:user:2:days:30'),
      ]) {
        await warm(30);
        expect((await admin('POST', `/cache/invalidate/${pasted}`)).body).toEqual({
          key: 'stats:user:2:days:30',
          deleted: true,
        });
      }
    });

    it.each([
      ['a/b//c', 'a/b//c'],
      ['a%2Fb', 'a/b'],
      ['a%252Fb', 'a%2Fb'],
      ['%E1%9A%A0:%C3%B1', 'ᚠ:ñ'],
      ['what%3F', 'what?'],
      ['[a-z]*%5C', '[a-z]*\\'],
      ['a+b%20c', 'a+b c'],
    ])('the rest of the path %s is the key %s', async (path, key) => {
      expect(await admin('POST', `/cache/invalidate/${path}`)).toMatchObject({
        status: 200,
        body: { key, deleted: false },
      });
    });

    it('POST /cache/invalidate/{key} takes dot segments as they are', async () => {
      const answer = await postRaw(
        api().url,
        '/api/v1/cache/invalidate/../../x',
        await api().login('admin'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"key":"\.\.\/\.\.\/x","deleted":false\}/);
    });

    it('POST /cache/invalidate/{key} takes an empty body with a JSON content type', async () => {
      const answer = await api().post('/cache/invalidate/a', {
        as: 'admin',
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(200);
    });

    it.each([
      ['nothing', ''],
      ['a control character', 'a%00b'],
      ['a line break', 'a%0Ab'],
      ['513 bytes', 'a'.repeat(513)],
    ])('POST /cache/invalidate/{key} refuses %s', async (_case, path) => {
      expectProblem(await admin('POST', `/cache/invalidate/${path}`), 400, 'CACHE_KEY_INVALID');
    });

    it('POST /cache/invalidate/{key} refuses a raw question mark, which would select the wrong key', async () => {
      await warm(30);
      const bare = await postRaw(
        api().url,
        '/api/v1/cache/invalidate/stats:user:2:days:30?',
        await api().login('admin'),
      );
      expect(bare).toMatch(/^HTTP\/1\.1 400 /);
      expectProblem(
        await admin('POST', '/cache/invalidate/stats:user:2:days:30?x'),
        400,
        'VALIDATION_FAILED',
      );
      expect(await keys()).toEqual(['stats:user:2:days:30']);
    });

    it('POST /cache/invalidate/{key} refuses broken percent-encoding', async () => {
      expect((await admin('POST', '/cache/invalidate/%E0%A4%A')).status).toBe(400);
    });
  });

  describe('POST /cache/invalidate-pattern/{pattern}', () => {
    it('POST /cache/invalidate-pattern/{pattern} removes what matches, and only counts it in a dry run', async () => {
      await warm(1, 7, 30);
      expect(
        await admin('POST', '/cache/invalidate-pattern/stats:user:*?dry_run=true'),
      ).toMatchObject({
        status: 200,
        body: {
          pattern: 'stats:user:*',
          matched_keys: 3,
          at_least: false,
          sample: expect.arrayContaining(['stats:user:2:days:7']),
        },
      });
      expect(await keys()).toHaveLength(3);
      expect(await admin('POST', '/cache/invalidate-pattern/stats:user:*')).toMatchObject({
        status: 200,
        body: { pattern: 'stats:user:*', deleted_keys: 3 },
      });
      expect(await keys()).toEqual([]);
    });

    it('POST /cache/invalidate-pattern/{pattern} follows Redis’s glob rules', async () => {
      await warm(1, 7, 30);
      const matched = async (pattern: string) =>
        (await admin('POST', `/cache/invalidate-pattern/${pattern}?dry_run=true`)).body
          .matched_keys as number;
      expect(await matched('stats:user:2:days:[17]')).toBe(2);
      expect(await matched('stats:user:2:days:[^17]*')).toBe(1);
      expect(await matched('stats:user:%3F:days:30')).toBe(1);
      expect(await matched('stats%5C:user:2:days:30')).toBe(1);
      expect(await matched('*:days:7')).toBe(1);
      expect(await matched('stats')).toBe(0);
      expect(await matched('gad:stats:*')).toBe(3);
    });

    it.each(['', 'a%00*', 'a'.repeat(513)])('the pattern "%s" is refused', async (pattern) => {
      expectProblem(
        await admin('POST', `/cache/invalidate-pattern/${pattern}`),
        400,
        'CACHE_PATTERN_INVALID',
      );
    });

    it.each(['dry_run=', 'dry_run=yes', 'dry-run=true'])(
      'POST /cache/invalidate-pattern/{pattern} refuses ?%s and removes nothing',
      async (query) => {
        await warm(30);
        expectProblem(
          await admin('POST', `/cache/invalidate-pattern/*?${query}`),
          400,
          'VALIDATION_FAILED',
        );
        expect(await keys()).toHaveLength(1);
      },
    );
  });

  describe('POST /cache/clear', () => {
    it('POST /cache/clear removes every key under the prefix and nothing else of the database', async () => {
      await warm(1, 7);
      const { redisUrl } = api();
      const foreign = redisUrl === undefined ? undefined : createClient({ url: redisUrl });
      await foreign?.connect();
      const others = { 'gadget:1': 'foreign', gad: 'foreign', 'ga:d': 'foreign' };
      await foreign?.mSet(others);
      expect(await admin('POST', '/cache/clear')).toMatchObject({
        status: 200,
        body: { cleared: true, message: 'Cache cleared successfully' },
      });
      expect(await keys()).toEqual([]);
      if (foreign) {
        expect(await foreign.mGet(Object.keys(others))).toEqual(Object.values(others));
        // Not the whole database: a cache whose bookkeeping is gone is emptied by the relay.
        await foreign.del(Object.keys(others));
        await foreign.close();
      }
    });
  });

  describe('GET /cache/keys', () => {
    it('GET /cache/keys pages through the matching keys in order', async () => {
      await warm(1, 2, 3, 4, 5);
      const first = await admin('GET', '/cache/keys?pattern=stats:*&limit=3');
      expect(first.body.items).toHaveLength(3);
      expect(first.body.items[0]).toEqual({
        key: 'stats:user:2:days:1',
        ttl: expect.any(Number),
        bytes: expect.any(Number),
      });
      const second = await admin(
        'GET',
        `/cache/keys?pattern=stats:*&limit=3&cursor=${encodeURIComponent(first.body.next_cursor)}`,
      );
      expect(second.body.next_cursor).toBeNull();
      expect([...first.body.items, ...second.body.items].map((i) => i.key)).toEqual(
        [1, 2, 3, 4, 5].map((n) => `stats:user:2:days:${n}`),
      );
    });
  });

  describe('GET /cache/keys/{key}', () => {
    it('GET /cache/keys/{key} shows the value, as plain JSON in the store', async () => {
      await warm(30);
      const { status, body } = await admin('GET', '/cache/keys/stats:user:2:days:30');
      expect(status).toBe(200);
      expect(body).toEqual({
        key: 'stats:user:2:days:30',
        exists: true,
        ttl: expect.any(Number),
        bytes: expect.any(Number),
        compressed: false,
        value: expect.objectContaining({ total_tareas: 45 }),
        value_withheld: false,
      });
      const { redisUrl } = api();
      if (redisUrl !== undefined) {
        const redis = createClient({ url: redisUrl });
        await redis.connect();
        expect(JSON.parse((await redis.get('gad:stats:user:2:days:30')) ?? '')).toEqual(body.value);
        const ttl = await redis.ttl('gad:stats:user:2:days:30');
        expect(ttl).toBeGreaterThan(0);
        expect(ttl).toBeLessThanOrEqual(300);
        await redis.close();
      }
    });

    it('GET /cache/keys/{key} shows a value that is stored compressed like any other', async () => {
      const filas = Array.from({ length: 1_000 }, (_, n) => ({ n, estado: 'pendiente' }));
      await api().app.get(CacheService).set('informe:2', { filas }, { ttl: 60 });
      const { body } = await admin('GET', '/cache/keys/informe:2');
      expect(body).toEqual({
        ...{ key: 'informe:2', exists: true, ttl: 60, compressed: true, value: { filas } },
        ...{ bytes: expect.any(Number), value_withheld: false },
      });
      expect(body.bytes).toBeLessThan(JSON.stringify({ filas }).length / 2);
      const list = await admin('GET', '/cache/keys?pattern=informe:*');
      expect(list.body.items).toEqual([{ key: 'informe:2', ttl: 60, bytes: body.bytes }]);
    });

    it('GET /cache/keys/{key} answers 404 for a key that is not there', async () => {
      expectProblem(await admin('GET', '/cache/keys/nothing:here'), 404, 'CACHE_KEY_NOT_FOUND');
    });
  });
});
