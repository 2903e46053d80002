import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { startPostgres } from '../../../test/servers/postgres-server.js';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { readAppConfig } from '../src/config/app-config.js';
import type { Db } from '../src/database/database.js';
import { requestContext } from '../src/logging/request-context.js';
import { openDatabase, type OpenDatabase } from '../src/database/open-database.js';
import type { DomainEvent } from '../src/events/domain-events.js';
import { drizzle, outboxAppender, outboxMigration } from '@gad/cache-postgres';
import { OUTBOX_NAMES } from '../src/events/outbox/outbox-names.js';
import { appendEvents } from '../src/events/outbox/append-events.js';
import { makeOutbox, type Outbox } from '../src/events/outbox/outbox.js';
import { OutboxRetention } from '../src/events/outbox/outbox-retention.js';
import { runLogLoad } from './support/log-load.js';
import { DATABASES_AND_POOLER, type OwnDatabase } from './support/databases.js';

const MIGRATIONS = new URL('../src/database/migrations/', import.meta.url);

const event = (tareaId: number): DomainEvent => ({
  name: 'tarea.created',
  data: { tareaId, delegadoUsuarioId: 2 },
});
const ids = (events: readonly DomainEvent[] | undefined): number[] =>
  (events ?? []).map(({ data }) => ('tareaId' in data ? data.tareaId : 0)).sort((a, b) => a - b);

async function openLog(database: OpenDatabase, url?: string): Promise<Outbox> {
  const variables = { REDIS_HOST: 'unused', ...(url === undefined ? {} : { DATABASE_URL: url }) };
  return makeOutbox(readAppConfig(variables), database);
}

describe.each(DATABASES_AND_POOLER)('The log of events on $name', ({ open }) => {
  let own: OwnDatabase;
  let log: Outbox;
  beforeAll(async () => {
    own = await open();
    log = await openLog(own.database, own.url);
  });
  afterAll(async () => {
    await log.close();
    await own.dispose();
  });

  const append = (...events: DomainEvent[]): Promise<string> =>
    own.database.transaction((tx) => appendEvents(tx, events));
  const end = async (): Promise<string> => (await log.read(undefined)).cursor;

  it('the outbox returns once what was appended since a cursor', async () => {
    const before = await end();
    await append(event(1), event(2));
    await append(event(3));
    const { events, cursor, oldestMs } = await log.read(before);
    expect(ids(events)).toEqual([1, 2, 3]);
    expect(oldestMs).toBeGreaterThanOrEqual(0);
    expect((await log.read(cursor)).events).toEqual([]);
    expect(ids((await log.read(before)).events)).toEqual([1, 2, 3]);
  });

  it('the outbox gives each event the position that its writer got, by which marks are found', async () => {
    const before = await end();
    const first = await append(event(1), event(2));
    const second = await append(event(3));
    const { events } = await log.read(before);
    expect(first).not.toBe(second);
    expect(events?.map(({ position }) => position)).toEqual([first, first, second]);
  });

  it('the outbox of the package has the tables that the migrations made', async () => {
    const shape = () =>
      own.database.db.execute(
        sql`select table_name, column_name, data_type, column_default, is_nullable, is_identity
          from information_schema.columns
          where table_name in ('domain_events', 'domain_event_log') order by 1, 2`,
      );
    const indexes = () =>
      own.database.db.execute(
        sql`select indexname, indexdef from pg_indexes
          where tablename in ('domain_events', 'domain_event_log') order by 1`,
      );
    const migrated = [(await shape()).rows, (await indexes()).rows];
    await own.database.transaction(async (tx) => {
      await tx.execute(sql`drop table domain_events, domain_event_log`);
      for (const statement of outboxMigration(OUTBOX_NAMES).split(';\n')) {
        if (statement !== '') await tx.execute(sql.raw(statement));
      }
      const origins = new URL('0011_domain_event_origins.sql', MIGRATIONS);
      await tx.execute(sql.raw(await readFile(origins, 'utf8')));
    });
    expect([(await shape()).rows, (await indexes()).rows]).toEqual(migrated);
    expect(migrated.map((rows) => rows.length)).toEqual([11, 4]);
  });

  it('an event says who did it, in which request and trace, unless an earlier version appended it', async () => {
    const before = await end();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await requestContext.run({ requestId: 'r-1', usuarioId: 7, trace }, () => append(event(1)));
    await append(event(2));
    const earlier = outboxAppender<Db>({ via: drizzle, names: OUTBOX_NAMES });
    await own.database.transaction((tx) => earlier(tx, [event(3)]));
    const { rows } = await own.database.db.execute(sql`
      select usuario_id, request_id, trace from domain_events order by id desc limit 3`);
    const unknown = { usuario_id: null, request_id: null, trace: null };
    expect(rows).toEqual([unknown, unknown, { usuario_id: 7, request_id: 'r-1', trace }]);
    expect(ids((await log.read(before)).events)).toEqual([1, 2, 3]);
  });

  it('the outbox holds nothing of a transaction that rolled back', async () => {
    const before = await end();
    const failing = own.database.transaction(async (tx) => {
      await appendEvents(tx, [event(1)]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await log.read(before)).events).toEqual([]);
  });

  it('the outbox knows which cursors cover a write, and which cover a moment', async () => {
    const before = await end();
    const position = await append(event(1));
    const after = await end();
    expect([log.covers(before, position), log.covers(after, position)]).toEqual([false, true]);
    const now = await log.now();
    expect([log.covers(before, now), log.covers(await end(), now)]).toEqual([false, true]);
  });

  it('the outbox does not know what came after a foreign cursor', async () => {
    const [name = '', snapshot = ''] = (await end()).split(' ');
    for (const cursor of [
      undefined,
      '',
      'nonsense',
      `${name} tx:5`,
      `${name} 1:1:1; drop table tareas`,
      `${name.replace(/^./, (c) => (c === 'a' ? 'b' : 'a'))} ${snapshot}`,
      `${name} 9000000000:9000000000:`,
    ]) {
      expect(await log.read(cursor)).toMatchObject({ events: undefined });
    }
    expect((await log.read(`${name} ${snapshot}`)).events).toEqual([]);
  });

  it('the outbox does not know its cursors after its table was emptied or restored', async () => {
    const before = await end();
    await own.database.db.execute(sql`truncate domain_events`);
    expect((await log.read(before)).events).toBeUndefined();
    expect((await log.read(await end())).events).toEqual([]);
  });

  it('the outbox prunes old events, oldest first, and refuses cursors from before', async () => {
    const config = readAppConfig({ EVENTS_RETENTION_HOURS: '2' });
    const retention = new OutboxRetention(config, log);
    const before = await end();
    await append(event(1));
    await own.database.db.execute(
      sql`update domain_events set created_at = now() - interval '3 hours'`,
    );
    const between = await end();
    await append(event(2));
    // No event is pruned that an open transaction may still need, be it in another database.
    let pruned = 0;
    while (pruned === 0) pruned = await retention.prune();
    expect(pruned).toBe(1);
    expect(await retention.prune()).toBe(0);
    expect((await log.read(before)).events).toBeUndefined();
    expect(ids((await log.read(between)).events)).toEqual([2]);
  });
});

describe('The log of events on PostgreSQL', () => {
  let url: string;
  let database: OpenDatabase;
  let log: Outbox;
  beforeAll(async () => {
    url = await ownDatabase();
    database = await openDatabase({ database: { url, poolSize: 5 }, dataDir: '' });
    log = await openLog(database, url);
  });
  afterAll(async () => {
    await log.close();
    await database.close();
  });

  it('the outbox wakes listeners in other processes at an append', async () => {
    const other = await openLog(database, url);
    const woken = new Promise<void>((resolve) => other.onAppend(resolve));
    await other.now();
    log.appended();
    await woken;
    await other.close();
  });

  it('the outbox appends on a connection on which it has failed before', async () => {
    const single = await openDatabase({ database: { url, poolSize: 1 }, dataDir: '' });
    try {
      const failed = single.transaction(async (tx) => {
        await tx.execute(sql`select 1 / 0`).catch(() => undefined);
        await appendEvents(tx, [event(1)]);
      });
      await expect(failed).rejects.toThrow();
      const { cursor } = await log.read(undefined);
      await single.transaction((tx) => appendEvents(tx, [event(2)]));
      expect(ids((await log.read(cursor)).events)).toEqual([2]);
    } finally {
      await single.close();
    }
  });

  it('the outbox does not wait for a transaction that stays open, and returns it when it ends', async () => {
    const slow = new pg.Client(url);
    await slow.connect();
    let { cursor } = await log.read(undefined);
    await slow.query('begin');
    await slow.query(
      `insert into domain_events (name, data) values ('tarea.created', '{"tareaId": 9}')`,
    );
    const seen: number[] = [];
    for (let id = 1; id <= 5; id += 1) {
      await database.transaction((tx) => appendEvents(tx, [event(id)]));
      const reading = await log.read(cursor);
      seen.push(...ids(reading.events));
      ({ cursor } = reading);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await slow.query('commit');
    await slow.end();
    expect(ids((await log.read(cursor)).events)).toEqual([9]);
  });

  it('the outbox loses and repeats nothing under concurrent writers and a long foreign transaction', async () => {
    const result = await runLogLoad({ url, log, writers: 8, events: 4_000, foreignMs: 300 });
    expect(result).toMatchObject({ appended: 4_000, lost: 0, repeated: 0 });
  });

  it('the outbox reads on through its own connection after that was cut', async () => {
    const { cursor } = await log.read(undefined);
    const its = sql`datname = current_database() and query like '%from domain_event_log%'
      and pid <> pg_backend_pid()`;
    await database.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where ${its}`,
    );
    // The message has been sent and received once the connection is gone and one more answer has arrived.
    const left = () => database.db.execute(sql`select pid from pg_stat_activity where ${its}`);
    while ((await left()).rows.length > 0);
    await left();
    await database.transaction((tx) => appendEvents(tx, [event(1)]));
    expect(ids((await log.read(cursor)).events)).toEqual([1]);
  });

  it('the outbox has another identity after a restart, because files may have been put back', async () => {
    const server = await startPostgres();
    const restarted = await openDatabase({
      database: { url: server.url, poolSize: 2 },
      dataDir: '',
    });
    const its = await openLog(restarted, server.url);
    try {
      const { cursor } = await its.read(undefined);
      expect((await its.read(cursor)).events).toEqual([]);
      await server.restart();
      const read = () => its.read(cursor).catch(() => undefined);
      const reading = (await read()) ?? (await read());
      expect(reading).toMatchObject({ events: undefined });
    } finally {
      await its.close();
      await restarted.close();
      await server.stop();
    }
  });
});
