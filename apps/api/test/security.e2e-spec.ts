import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { IDS, TestApi } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { untilHit } from './support/until-hit.js';

const KEY = `stats:user:${String(IDS.usuario)}:days:30`;
const ORIGIN = 'https://app.example.org';

let api: TestApi;
let redis: ReturnType<typeof createClient>;

beforeAll(async () => {
  api = await TestApi.start('servers', { CORS_ORIGINS: ORIGIN });
  redis = createClient({ url: api.redisUrl ?? '' });
  await redis.connect();
});
afterAll(async () => {
  await redis.close();
  await api.stop();
});

const statistics = (headers: Record<string, string> = {}) =>
  api.get(`/stats/user/${IDS.usuario}?days=30`, { as: 'usuario', headers });

describe('hostile contents of Redis', () => {
  it.each([
    ['no JSON', '{"user_id":2'],
    ['binary', '\x00\xff\xfe'],
    ['a text', '"hello"'],
    ['a number', '7'],
    ['a list', '[]'],
    ['an object of other fields', '{"a":1}'],
    ['prototype pollution', '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":1}}}'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('%s is computed anew and replaced', async (_, planted) => {
    const honest = (await statistics()).body;
    await redis.set(`gad:${KEY}`, planted, { EX: 60 });
    const answer = await statistics();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      total_tareas: honest.total_tareas,
      _cache: { hit: false },
    });
    expect((await untilHit(statistics)).body.total_tareas).toBe(honest.total_tareas);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('hostile contents of Redis: another usuario’s statistics under this key, or with a field more, are not served', async () => {
    const { _cache, ...own } = (await statistics()).body;
    for (const planted of [
      { ...own, user_id: IDS.admin, total_tareas: 999 },
      { ...own, period_days: 7, total_tareas: 999 },
      { ...own, total_tareas: 999, secreto: 'x' },
      { ...own, total_tareas: '999' },
    ]) {
      await redis.set(`gad:${KEY}`, JSON.stringify(planted), { EX: 60 });
      const { body } = await statistics();
      expect(body.total_tareas).toBe(own.total_tareas);
      expect(body).not.toHaveProperty('secreto');
    }
  });

  it('a key of another kind is left alone and costs the caching only', async () => {
    await redis.del(`gad:${KEY}`);
    await redis.hSet(`gad:${KEY}`, 'field', 'value');
    expect(await statistics()).toMatchObject({ status: 200, body: { _cache: { hit: false } } });
    await redis.del(`gad:${KEY}`);
  });
});

describe('the cache reveals nothing', () => {
  it('a cached answer for an admin stays 403 for others, and an error is not cached', async () => {
    const path = `/stats/user/${IDS.supervisor}?days=30`;
    expectProblem(await api.get(path, { as: 'usuario' }), 403, 'FORBIDDEN');
    const read = () => api.get(path, { as: 'admin' });
    await untilHit(read, ({ body }) => expect(body.user_id).toBe(IDS.supervisor));
    expectProblem(await api.get(path, { as: 'usuario' }), 403, 'FORBIDDEN');
    expectProblem(await api.get(path), 401, 'UNAUTHENTICATED');
    await untilHit(read);
  });

  it('answers are private to shared caches on the way', async () => {
    expect((await statistics()).headers.get('cache-control')).toBe('private, no-cache');
    const refused = await api.get('/auth/me');
    expect(refused.headers.get('cache-control')).toBe('no-store');
  });
});

describe('headers that no answer depends on', () => {
  it('headers that no answer depends on change nothing that is cached', async () => {
    await api.post(`/stats/invalidate/user/${IDS.usuario}`, { as: 'usuario' });
    const poison = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      'x-original-url': '/api/v1/cache/clear',
      'x-http-method-override': 'DELETE',
      'accept-language': 'xx',
    };
    const poisoned = await statistics(poison);
    const next = await untilHit(statistics);
    expect(next.body._cache.key).toBe(`gad:${KEY}`);
    expect(next.headers.get('etag')).toBe(poisoned.headers.get('etag'));
    expect(JSON.stringify(next.body)).not.toMatch(/evil|gopher/);
    expect(await redis.keys('gad:stats:*')).toContain(`gad:${KEY}`);
  });

  it('the order of the query makes no other key: one key for one view', async () => {
    const path = `/stats/user/${IDS.usuario}`;
    await api.get(`${path}?days=30&use_cache=true`, { as: 'usuario' });
    const swapped = () => api.get(`${path}?use_cache=true&days=30`, { as: 'usuario' });
    expect((await swapped()).body._cache.key).toBe(`gad:${KEY}`);
  });
});

describe('ids in paths', () => {
  it.each(['2:*', '*', '2%0a', '~seq', '2%00', '0x2', '2.0', '+2', '%32:days:30', '9'.repeat(400)])(
    'the id %s builds no key',
    async (id) => {
      const before = await redis.keys('*');
      const answers = [
        await api.get(`/stats/user/${id}`, { as: 'admin' }),
        await api.post(`/stats/invalidate/user/${id}`, { as: 'admin' }),
      ];
      for (const { status } of answers) expect([400, 404]).toContain(status);
      expect((await redis.keys('*')).sort()).toEqual(before.sort());
    },
  );
});

describe('limits', () => {
  it('a URL of 20 kB is refused', async () => {
    const { status, headers } = await api.get(`/tareas?x=${'a'.repeat(20_000)}`, { as: 'admin' });
    expect([400, 414, 431]).toContain(status);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('JSON that nests deeper than anything here is refused, not recursed into', async () => {
    const body = `{"email":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expectProblem(await api.post('/auth/login', { body }), 400, 'MALFORMED_REQUEST');
  });

  it('a silent connection, and one that never ends its headers or body, is ended', async () => {
    const unfinished = [
      '',
      'GET / HTTP/1.1\r\nHost: x\r\nx-a: b\r\n',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    ];
    const answers = await Promise.all(unfinished.map((bytes) => untilClosed(api.url, bytes)));
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toMatch(/application\/problem\+json/);
      expect(answer).toMatch(/^x-request-id: /im);
      expect(answer).toMatch(/^access-control-allow-origin: https:\/\/app\.example\.org\r?$/im);
    }
  });
});

describe('CORS', () => {
  it('CORS lets the configured origin in, and names no other', async () => {
    const allowed = await statistics({ origin: ORIGIN });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('vary')).toMatch(/origin/i);
    for (const origin of ['https://evil.example', `${ORIGIN}.evil.example`, 'null']) {
      const answer = await statistics({ origin });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });
});

/** Everything that comes back until the server hangs up. */
function untilClosed(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(answer);
    });
  });
}
