import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { createClient } from 'redis';
import { startPostgres } from '../../../test/servers/postgres-server.js';
import { startRedis } from '../../../test/servers/redis-server.js';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { Database } from '../src/database/database.js';
import { OutboxRetention } from '../src/events/outbox/outbox-retention.js';
import { TestApi } from './support/api.js';
import { temporaryFolder } from './support/data-folder.js';
import { runDoctor } from './support/doctor-cli.js';

const HEALTHY = { maxmemory: '256mb', 'maxmemory-policy': 'allkeys-lru' };
const shell = promisify(execFile);

describe('npm run doctor', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it('the command ends with 0 where nothing is wrong, with 1 for warnings and with 2 for failures, whether or not the API runs', async () => {
    const redis = await startRedis({ config: HEALTHY });
    stops.push(() => redis.stop());
    const variables = {
      DATABASE_URL: await ownDatabase(),
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
      REDIS_DB: '0',
      // A busy machine is no fault of the set-up.
      CACHE_DEADLINE_MS: '10000',
    };
    const api = await TestApi.start('embedded', variables);
    const beside = await runDoctor([], variables);
    expect(beside).toMatchObject({ code: 0, stderr: '' });
    await api.stop();

    const client = createClient({ url: redis.url });
    await client.connect();
    const planted = Array.from({ length: 30 }, (_, n) => client.set(`session:${String(n)}`, 'x'));
    await Promise.all(planted);
    await client.close();
    const warned = await runDoctor([], variables);
    expect(warned.code).toBe(1);
    expect(warned.stdout).toMatch(/^warn {2}shared-database: 30 of \d+ names/m);
    expect(warned.stdout).toMatch(/^ {6}Fix: REDIS_DB=1$/m);
    expect(await runDoctor([], { ...variables, REDIS_DB: '1' })).toMatchObject({ code: 0 });

    await redis.stop();
    const failed = await runDoctor(['--json', '--lang', 'es'], variables);
    expect(failed.code).toBe(2);
    const { summary, findings, lang } = JSON.parse(failed.stdout);
    expect([summary.fail, lang]).toEqual([1, 'es']);
    expect(findings.find(({ id }: { id: string }) => id === 'store-reachable')).toMatchObject({
      severity: 'fail',
      title: 'El servidor Redis responde',
      fix: expect.stringContaining(`redis-server --port ${variables.REDIS_PORT}`),
    });
  });

  it('the command finds a log that is kept for less time than the store was unavailable, and the setting that it names ends it', async () => {
    const redis = await startRedis({ config: HEALTHY });
    stops.push(() => redis.stop());
    const variables = {
      ...{ DATABASE_URL: await ownDatabase(), REDIS_URL: redis.url },
      ...{ EVENTS_RETENTION_HOURS: '1', CACHE_DEADLINE_MS: '10000' },
    };
    await (await TestApi.start('embedded', variables)).stop();
    const client = createClient({ url: redis.url });
    await client.connect();
    // As a process reports an outage when it is over.
    for (const [what, hoursAgo] of [
      ['open', 3],
      ['closed', 1],
    ] as const) {
      const entry = { at: Date.now() - hoursAgo * 3_600_000, kind: 'store', what, process: 'a1' };
      await client.xAdd('gad:\0board:journal', '*', { e: JSON.stringify(entry) });
    }
    await client.close();
    const found = await runDoctor([], variables);
    expect(found.code).toBe(1);
    const [, name = '', value = ''] = /^ {6}Fix: (\w+)=(\d+)$/m.exec(found.stdout) ?? [];
    expect([name, value]).toEqual(['EVENTS_RETENTION_HOURS', '4']);
    expect(await runDoctor([], { ...variables, [name]: value })).toMatchObject({ code: 0 });
  });

  it('the command looks at an embedded database that no API has open, and leaves one alone that is open or not there', async () => {
    const DATA_DIR = await temporaryFolder();
    const none = await runDoctor([], { DATA_DIR });
    expect(none).toMatchObject({ code: 0, stderr: expect.stringContaining('none yet') });
    const api = await TestApi.start('embedded', { DATA_DIR });
    expect(await runDoctor([], { DATA_DIR })).toMatchObject({ code: 0, stderr: none.stderr });
    await api.stop();
    const alone = await runDoctor(['--json'], { DATA_DIR });
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(alone.stdout).findings).toContainEqual(
      expect.objectContaining({ id: 'database-reachable', severity: 'pass' }),
    );
    await rm(DATA_DIR, { recursive: true });
  });

  it('the command finds a database that is unavailable, with one sentence', async () => {
    const DATABASE_URL = 'postgres://gad:secret-word@127.0.0.1:1/none';
    const { code, stdout } = await runDoctor([], { DATABASE_URL });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^fail {2}database-reachable: DATABASE_URL/m);
    expect(stdout).not.toContain('secret-word');
  });

  it('the command refuses what it does not know, and a wrong setting, with 2', async () => {
    expect(await runDoctor(['--nonsense'], {})).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringMatching(/--nonsense[^]*usage: npm run doctor/),
    });
    expect(await runDoctor(['--lang', 'fr'], {})).toMatchObject({ code: 2, stdout: '' });
    const wrong = await runDoctor([], { CACHE_WARN_HIT_RATE: '60' });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('CACHE_WARN_HIT_RATE must be a number from 0 to 1'),
    });
    expect(await runDoctor(['--help'], {})).toMatchObject({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringContaining('Exit codes'),
    });
  });

  it('the command finds a transaction that keeps old events, and its fix lets them be removed', async () => {
    // A transaction of any of its databases keeps events.
    const server = await startPostgres();
    stops.push(() => server.stop());
    const DATABASE_URL = server.url;
    const variables = { DATABASE_URL, EVENTS_RETENTION_HOURS: '1' };
    const api = await TestApi.start('embedded', variables);
    stops.push(() => api.stop());
    const keeper = new pg.Client({ connectionString: DATABASE_URL });
    keeper.on('error', () => undefined); // it is ended from outside
    const keeperEnded = new Promise((resolve) => keeper.once('end', resolve));
    await keeper.connect();
    await keeper.query('begin');
    await keeper.query('select pg_current_xact_id()');
    const { db } = api.app.get(Database, { strict: false });
    await db.execute(sql`
      insert into domain_events (name, data, created_at)
      values ('tareas.loaded', '{"source":"demo"}', now() - interval '2 hours')`);
    const prune = () => api.app.get(OutboxRetention, { strict: false }).prune();
    await prune();
    const held = await runDoctor([], variables);
    expect(held).toMatchObject({ code: 1, stdout: expect.stringContaining('log-growing: 1 ') });
    const [, fix = ''] = /^ {6}Fix: (psql .*)$/m.exec(held.stdout) ?? [];
    await shell('sh', ['-c', fix], { env: { PATH: process.env['PATH'], DATABASE_URL } });
    await keeperEnded;
    expect(await prune()).toBe(1);
    expect(await runDoctor([], variables)).toMatchObject({ code: 0 });
  });
});
