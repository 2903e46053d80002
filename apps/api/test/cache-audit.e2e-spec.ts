import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { CacheService } from '@gad/cache';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { AccessRetention } from '../src/auth/access-retention.js';
import { Database } from '../src/database/database.js';
import { cacheAudit } from '../src/database/schema.js';
import { EMAILS, IDS, onEverySetup, TestApi, type Role } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';
import { untilHit } from './support/until-hit.js';

const KEY = 'stats:user:2:days:30';

/** Until what the demo data made stale is removed: it may go once more from where it was stored again. */
async function settle(api: TestApi): Promise<void> {
  const probe = await api.post('/cache/freshness/probe', { as: 'admin' });
  expect(probe.status).toBe(200);
  while (api.app.get(CacheService).counts().pending_removals > 0) await pause(10);
}

onEverySetup('the audit of the cache', (api) => {
  const send = (method: string, path: string, id: string, as: Role = 'admin', body?: unknown) =>
    api().call(method, `/cache/${path}`, { as, headers: { 'x-request-id': id }, body });
  const audit = async (query = '') =>
    (await api().get(`/cache/audit?limit=100${query}`, { as: 'admin' })).body.items as {
      request_id: string;
    }[];
  const entryOf = async (id: string) =>
    (await audit()).filter(({ request_id: request }) => request === id);

  it('the audit of the cache has who changed it or looked at a value, what it was and how it ended', async () => {
    const warm = () => untilHit(() => api().get('/stats/user/2?days=30', { as: 'usuario' }));
    await settle(api());
    await warm();
    await send('GET', `keys/gad:${KEY}`, 'a-look');
    await send('POST', 'invalidate-pattern/stats:*?dry_run=true', 'a-count');
    await send('POST', `invalidate/${KEY}`, 'a-key');
    await warm();
    await send('POST', 'invalidate-pattern/stats:*', 'a-pattern');
    await warm();
    await send('POST', 'clear', 'a-clear');
    const expected = [
      ['a-look', 'inspect', KEY, false],
      ['a-count', 'invalidate-pattern', 'stats:*', true],
      ['a-key', 'invalidate', KEY, false],
      ['a-pattern', 'invalidate-pattern', 'stats:*', false],
      ['a-clear', 'clear', null, false],
    ] as const;
    for (const [id, action, target, dryRun] of expected) {
      expect(await entryOf(id)).toEqual([
        {
          id: expect.any(Number),
          at: expect.stringMatching(/Z$/),
          ...{ usuario_id: IDS.admin, usuario_email: EMAILS.admin },
          ...{ action, target, dry_run: dryRun, keys: expect.any(Number) },
          ...{ outcome: 'ok', status: 200, ms: expect.any(Number), request_id: id },
        },
      ]);
    }
    const [look] = await entryOf('a-look');
    expect(look).toMatchObject({ keys: 1 });
  });

  it('the audit of the cache has refused attempts: of others, of bad names, of what is not there', async () => {
    expectProblem(await send('POST', 'clear', 'r-role', 'supervisor'), 403, 'FORBIDDEN');
    expectProblem(await send('POST', 'invalidate/a%00b', 'r-key'), 400, 'CACHE_KEY_INVALID');
    expectProblem(await send('GET', `keys/${KEY}?x=1`, 'r-query'), 400, 'VALIDATION_FAILED');
    expectProblem(await send('GET', 'keys/nada', 'r-absent'), 404, 'CACHE_KEY_NOT_FOUND');
    expect(await entryOf('r-role')).toMatchObject([
      { usuario_id: IDS.supervisor, action: 'clear', outcome: 'refused', status: 403, keys: null },
    ]);
    expect(await entryOf('r-key')).toMatchObject([
      { target: 'a%00b', outcome: 'refused', status: 400 },
    ]);
    expect(await entryOf('r-query')).toMatchObject([{ action: 'inspect', status: 400 }]);
    expect(await entryOf('r-absent')).toMatchObject([{ outcome: 'ok', status: 404, keys: 0 }]);
  });

  it('the audit of the cache has no polls, and nothing of callers that are not known', async () => {
    const before = await audit();
    for (const path of ['stats', 'keys', 'overview', 'tree', 'journal', 'audit']) {
      expect((await send('GET', path, `p-${path}`)).status).toBe(200);
    }
    expectProblem(await api().post('/cache/clear'), 401, 'UNAUTHENTICATED');
    expect(await audit()).toEqual(before);
  });

  it('the audit of the cache is read page by page and filtered, by admins alone', async () => {
    for (const id of ['p-1', 'p-2', 'p-3']) await send('POST', 'invalidate/page', id);
    const path = `/cache/audit?limit=2&action=invalidate&usuario_id=${IDS.admin}`;
    const first = (await api().get(path, { as: 'admin' })).body;
    const next = (await api().get(`${path}&after=${first.next_cursor}`, { as: 'admin' })).body;
    expect([...first.items, ...next.items.slice(0, 1)]).toMatchObject(
      ['p-3', 'p-2', 'p-1'].map((id) => ({ request_id: id, action: 'invalidate' })),
    );
    expect(await audit('&usuario_id=2')).toEqual([]);
    expectProblem(await api().get('/cache/audit', { as: 'supervisor' }), 403, 'FORBIDDEN');
    const refused = [
      ...['action=poll', 'usuario_id=x', 'limit=0'].map((query) => [query, 'VALIDATION_FAILED']),
      ['after=x', 'CURSOR_INVALID'],
    ] as const;
    for (const [query, code] of refused) {
      expectProblem(await api().get(`/cache/audit?${query}`, { as: 'admin' }), 400, code);
    }
  });

  it('POST /cache/clear with the prefix of another cache clears nothing', async () => {
    await api().get('/stats/user/2?days=30', { as: 'usuario' });
    const wrong = await send('POST', 'clear', 'c-wrong', 'admin', { confirm: 'other:' });
    expectProblem(wrong, 400, 'VALIDATION_FAILED');
    expect(wrong.body.errors).toEqual([
      { field: 'confirm', message: 'must be gad:, the prefix of this cache' },
    ]);
    expect((await send('GET', `keys/${KEY}`, 'c-look')).status).toBe(200);
    const right = await send('POST', 'clear', 'c-right', 'admin', { confirm: 'gad:' });
    expect(right).toMatchObject({ status: 200, body: { cleared: true } });
    expect(await entryOf('c-wrong')).toMatchObject([{ outcome: 'refused', status: 400 }]);
    expect(await entryOf('c-right')).toMatchObject([{ outcome: 'ok', keys: expect.any(Number) }]);
  });

  it('an entry in the audit of the cache is pruned after 90 days', async () => {
    const { db } = api().app.get(Database, { strict: false });
    await send('POST', 'invalidate/new', 'd-new');
    await send('POST', 'invalidate/old', 'd-old');
    await db.execute(
      sql`update cache_audit set at = now() - interval '91 days' where request_id = 'd-old'`,
    );
    await api().app.get(AccessRetention, { strict: false }).prune();
    expect(await entryOf('d-old')).toEqual([]);
    expect(await entryOf('d-new')).toHaveLength(1);
    expect((await db.select().from(cacheAudit)).length).toBeGreaterThan(0);
  });
});

describe('the audit of the cache, without the store or the database', () => {
  let redis: RedisServer;
  let api: TestApi;
  let client: pg.Client;
  beforeAll(async () => {
    redis = await startRedis();
    const DATABASE_URL = await demoDatabase();
    api = await TestApi.start('servers', {
      DATABASE_URL,
      REDIS_URL: redis.url,
      CACHE_ADMIN_VALUES: 'false',
    });
    client = new pg.Client(DATABASE_URL);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await api.stop();
    await redis.stop();
  });

  it('GET /cache/keys/{key} withholds the value where administrators may not see values', async () => {
    await untilHit(() => api.get('/stats/user/2?days=30', { as: 'usuario' }));
    const { status, body } = await api.get(`/cache/keys/${KEY}`, { as: 'admin' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ key: KEY, exists: true, value: null, value_withheld: true });
    expect(body.bytes).toBeGreaterThan(0);
  });

  it('an action that cannot be audited is answered with 503 and not done', async () => {
    await api.login('admin');
    await client.query('begin; lock table cache_audit in access exclusive mode');
    try {
      const answer = await api.post(`/cache/invalidate/${KEY}`, { as: 'admin' });
      expectProblem(answer, 503, 'DATABASE_UNAVAILABLE');
    } finally {
      await client.query('rollback');
    }
    const { body } = await api.get('/cache/keys?limit=100', { as: 'admin' });
    expect(body.items).toMatchObject([{ key: KEY }]);
  });

  it('an action that the store refuses is in the audit as failed', async () => {
    await redis.kill('SIGKILL');
    const headers = { 'x-request-id': 'f-clear' };
    expectProblem(
      await api.post('/cache/clear', { as: 'admin', headers }),
      503,
      'CACHE_UNAVAILABLE',
    );
    const { body } = await api.get('/cache/audit?action=clear', { as: 'admin' });
    expect(body.items[0]).toMatchObject({ request_id: 'f-clear', outcome: 'failed', status: 503 });
  });
});
