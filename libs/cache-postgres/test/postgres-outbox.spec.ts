import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { LogHost } from '@gad/cache/store';
import type { OutboxNames } from '@gad/cache-postgres';
import { outboxMigration, outboxPosition, pg as viaPg, PostgresOutbox } from '@gad/cache-postgres';
import { startPgBouncer } from '../../../test/servers/pgbouncer-server.js';
import { ownDatabase } from '../../../test/servers/suite-servers.js';

type Outbox = PostgresOutbox<pg.Client>;

let url: string;
let client: pg.Client;
let opened: Outbox[];

beforeEach(async () => {
  url = await ownDatabase();
  client = new pg.Client(url);
  await client.connect();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((outbox) => outbox.close()));
  await client.end();
});

const migrate = (names?: OutboxNames) => client.query(outboxMigration(names));

function open(connection: string | object = url, options: object = {}): Outbox {
  const outbox: Outbox = new PostgresOutbox({ connection, via: viaPg, ...options });
  opened.push(outbox);
  return outbox;
}

/** A cache that takes note of what the outbox asks of it. */
function host(shared = true): LogHost & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    ...{ shared, warnings, afterCommit: () => false },
    warn: (message) => void warnings.push(message),
  };
}

const log = (outbox: Outbox) =>
  outbox.invalidationLog(({ name, data }) => (name === 'known' ? [String(data)] : undefined));
const event = (key: string, name = 'known') => ({ name, data: key });
const ids = ({ events }: Awaited<ReturnType<Outbox['read']>>) => events?.map(({ data }) => data);

describe('An outbox in PostgreSQL', () => {
  it('an outbox is found under names of any characters, in a schema of its own', async () => {
    await client.query('create schema "Odd ""one"""');
    const names = { schema: 'Odd "one"', table: `a 'table'; --`, channel: 'a "channel"' };
    await migrate(names);
    const outbox = open(url, { names });
    const { cursor } = await outbox.read(undefined);
    const woken = new Promise<void>((resolve) => outbox.onAppend(resolve));
    const position = await outbox.append(client, [event('k')]);
    outbox.appended();
    await woken;
    expect(ids(await outbox.read(cursor))).toEqual(['k']);
    const { rows } = await client.query<{ at: string }>(`select ${outboxPosition(names)} as at`);
    expect(outbox.covers(rows[0]?.at ?? '', position)).toBe(true);
  });

  it('an outbox fills further columns of its table, which other programs leave out', async () => {
    await migrate();
    await client.query(
      'alter table cache_outbox add column "by ""whom""" integer, add column request text',
    );
    const given = { by: 7 as number | null };
    const columns = { 'by "whom"': () => given.by, request: () => 'r' };
    const outbox = open(url, { columns, prepared: true });
    const { cursor } = await outbox.read(undefined);
    await outbox.append(client, [event('a'), event('b')]);
    given.by = null;
    await outbox.append(client, [event('c')]);
    await open().append(client, [event('d')]);
    const { rows } = await client.query(
      'select data, "by ""whom""" as by, request from cache_outbox order by id',
    );
    expect(rows).toEqual([
      { data: 'a', by: 7, request: 'r' },
      { data: 'b', by: 7, request: 'r' },
      { data: 'c', by: null, request: 'r' },
      { data: 'd', by: null, request: null },
    ]);
    expect(ids(await outbox.read(cursor))).toEqual(['a', 'b', 'c', 'd']);
    const tooMany = Object.fromEntries([...'abcdefghi'].map((name) => [name, () => null]));
    expect(() => open(url, { columns: tooMany })).toThrow('must be at most 8.');
  });

  it('a migration of an outbox that is run again changes nothing', async () => {
    await migrate();
    const outbox = open();
    const { cursor } = await outbox.read(undefined);
    await outbox.append(client, [event('k')]);
    await migrate();
    expect(ids(await outbox.read(cursor))).toEqual(['k']);
  });

  it('a start without the tables of the outbox is refused with the cure', async () => {
    await expect(log(open()).open(host())).rejects.toThrow('run outboxMigration() in a migration');
  });

  it('a start while the database is unavailable is no error', async () => {
    await expect(log(open('postgres://127.0.0.1:1/none')).open(host())).resolves.toBeUndefined();
  });

  it('an event without patterns empties the cache when it is read, and is refused when it is recorded', async () => {
    await migrate();
    const outbox = open();
    const its = log(outbox);
    await its.open({ ...host(), afterCommit: () => true });
    const { cursor } = await its.read(undefined);
    await outbox.append(client, [event('k')]);
    expect(await its.read(cursor)).toMatchObject({ invalidations: [{ pattern: 'k' }] });
    await outbox.append(client, [event('k', 'unknown')]);
    expect(await its.read(cursor)).toMatchObject({ invalidations: 'everything' });
    const refused = outbox.record(client, event('k', 'unknown'));
    await expect(refused).rejects.toThrow('No patterns are known of the event unknown');
  });

  it('record without an open cache is refused, because nothing would be removed', async () => {
    await migrate();
    await expect(open().record(client, event('k'))).rejects.toThrow('record needs an open cache');
  });

  it.each([
    [{ conection: url }, 'conection is not an option of the outbox'],
    [{ retentionHours: 0 }, 'retentionHours of the outbox must be a whole number of hours'],
    [{ connection: '' }, 'connection of the outbox must be the URL'],
    [{ names: { table: '' } }, 'table of the outbox must be a name'],
  ])('an outbox with the options %j is refused', (options, message) => {
    expect(() => open(url, options)).toThrow(message);
  });

  it.each([[[]], [[{ name: 'a' }]], [[{ name: 'a', data: null }]], [[{ data: 1 }]]])(
    'an append of %j is refused',
    async (events) => {
      await migrate();
      await expect(open().append(client, events as never)).rejects.toThrow(TypeError);
    },
  );

  it('an append whose transaction ran at the cursor is read once it has committed', async () => {
    await migrate();
    const outbox = open();
    const slow = new pg.Client(url);
    await slow.connect();
    await slow.query('begin');
    await outbox.append(slow, [event('slow')]);
    await outbox.append(client, [event('quick')]);
    const { cursor } = await outbox.read(undefined);
    expect((await outbox.read(cursor)).events).toEqual([]);
    await slow.query('commit');
    await slow.end();
    expect(ids(await outbox.read(cursor))).toEqual(['slow']);
  });

  it('an outbox in a copy of its database, on the same server, is another one', async () => {
    await migrate();
    const outbox = open();
    const { cursor } = await outbox.read(undefined);
    await Promise.all([outbox.close(), client.end()]); // a database with connections is not copied
    const copy = open(await ownDatabase(new URL(url).pathname.slice(1)));
    expect((await copy.read(cursor)).events).toBeUndefined();
  });

  it('an outbox keeps old entries that a running transaction may not have seen', async () => {
    await migrate();
    const outbox = open();
    const slow = new pg.Client(url);
    await slow.connect();
    await slow.query('begin; select pg_current_xact_id()');
    await outbox.append(client, [event('old')]);
    await client.query(`update cache_outbox set created_at = now() - interval '3 hours'`);
    expect(await outbox.prune(2, 10)).toBe(0);
    await slow.query('rollback');
    await slow.end();
    while ((await outbox.prune(2, 10)) === 0);
  });

  it('an outbox prunes through its own connection what is older than the hours kept', async () => {
    await migrate();
    const outbox = open();
    const { cursor } = await outbox.read(undefined);
    await outbox.append(client, [event('old')]);
    await client.query(`update cache_outbox set created_at = now() - interval '3 hours'`);
    await outbox.append(client, [event('new')]);
    // None is pruned that an open transaction may still need, be it in another database.
    while ((await outbox.prune(2, 10)) === 0);
    expect((await outbox.read(cursor)).events).toBeUndefined();
    const { rows } = await client.query('select data from cache_outbox');
    expect(rows).toEqual([{ data: 'new' }]);
  });

  it('an outbox counts the processes that serve from their own memory', async () => {
    await migrate();
    const [one, other] = [open(), open()];
    // A connection that was made before holds no lock.
    await one.read(undefined);
    await log(one).open(host(false));
    const alone = async (): Promise<boolean> => {
      await one.read(undefined);
      return one.isSoleInstance(0);
    };
    while (!(await alone()));
    await log(other).open(host(false));
    await other.read(undefined);
    // Without another look: the first had time to notice before the other has read.
    expect(one.isSoleInstance(0)).toBe(false);
    expect(await alone()).toBe(false);
    await other.close();
    while (!(await alone()));
  });

  it('an outbox finds a pooler by itself, polls, and never counts itself alone', async () => {
    await migrate();
    const pooler = await startPgBouncer({ serverUrl: url, mode: 'transaction' });
    try {
      const [direct, pooled] = [open(), open(pooler.through(url), { prepared: false })];
      const cache = host(false);
      await log(direct).open(host(false));
      await log(pooled).open(cache);
      expect(cache.warnings).toEqual([expect.stringContaining('leads through a pooler')]);
      const { cursor } = await pooled.read(undefined);
      await direct.read(undefined);
      expect([pooled.isSoleInstance(0), direct.isSoleInstance(0)]).toEqual([false, false]);
      await direct.append(client, [event('k')]);
      expect(ids(await pooled.read(cursor))).toEqual(['k']);
    } finally {
      await Promise.all(opened.map((outbox) => outbox.close()));
      await pooler.stop();
    }
  });
});
