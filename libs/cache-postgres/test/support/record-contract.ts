import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';
import { createCache, silentLog } from '@gad/cache/engine';
import type { Cache } from '@gad/cache/engine';
import type { OutboxEvent, RunStatement } from '@gad/cache-postgres';
import { outboxMigration, PostgresOutbox } from '@gad/cache-postgres';

/** One database library, with its transactions announced to the cache. */
export interface LibrarySide<Tx> {
  readonly via: (tx: Tx) => RunStatement;
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same transactions without the announcement. */
  unannounced<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens the library on a database. */
export type OpenLibrary<Tx> = (url: string) => Promise<LibrarySide<Tx>> | LibrarySide<Tx>;

/** An outbox and a cache over one library. */
export interface RecordSide {
  readonly outbox: PostgresOutbox;
  readonly cache: Cache;
  readonly library: LibrarySide<unknown>;
  /** The end of the outbox. */
  end(): Promise<string>;
  close(): Promise<void>;
}

interface Changed extends OutboxEvent {
  readonly data: { readonly key: string };
}

/** Opens both on an empty database. */
async function openRecordSide<Tx>(url: string, open: OpenLibrary<Tx>): Promise<RecordSide> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(outboxMigration());
  await client.end();
  const library = await open(url);
  const outbox = new PostgresOutbox({ connection: url, via: library.via });
  const cache = createCache(
    {
      store: 'memory',
      deadlineMs: 20_000,
      invalidationLog: outbox.invalidationLog(({ name, data }) =>
        name === 'changed' ? [(data as Changed['data']).key] : undefined,
      ),
    },
    silentLog,
  );
  await cache.open();
  while (cache.freshness?.fresh !== true) await new Promise(setImmediate);
  return {
    // The rules pass only what the library itself gave them.
    ...({ outbox, library } as unknown as Pick<RecordSide, 'outbox' | 'library'>),
    cache,
    end: async () => (await outbox.read(undefined)).cursor,
    close: async () => {
      await cache.close();
      await library.close();
    },
  };
}

/** Texts that a library or its placeholders may trip over. */
const AWKWARD = {
  text: `'quoted' "double" \\ back ? $1 $2 :name ::jsonb %s {{x}} \n ñ 漢 😀 \u2028`,
  deep: [{ a: [1, 2.5, null, true, { b: [] }] }],
  'a key?': '$1',
};

/** What the outbox does in transactions, with any library. Without jest, as it cannot load some. */
export const RECORD_CONTRACT: Readonly<Record<string, (side: RecordSide) => Promise<void>>> = {
  'an append is read once its transaction has committed, with the position that its writer got':
    async ({ outbox, library, end }) => {
      const before = await end();
      const position = await library.inTransaction(async (tx) => {
        const events = [
          { name: 'a', data: AWKWARD },
          { name: 'b', data: [] },
        ];
        const appended = await outbox.append(tx, events);
        assert.deepEqual((await outbox.read(before)).events, []);
        return appended;
      });
      const { events, cursor } = await outbox.read(before);
      assert.deepEqual(events, [
        { name: 'a', data: AWKWARD, position },
        { name: 'b', data: [], position },
      ]);
      assert.deepEqual((await outbox.read(cursor)).events, []);
      assert.equal(outbox.covers(cursor, position), true);
      assert.equal(outbox.covers(before, position), false);
    },

  'what was recorded is gone from the cache when the transaction has returned': async (side) => {
    const { outbox, library, cache, end } = side;
    const before = await end();
    await cache.getOrSet('k', () => 'old');
    await library.inTransaction(async (tx) => {
      await outbox.record(tx, { name: 'changed', data: { key: 'k' } });
    });
    assert.equal(await cache.get('k'), undefined);
    assert.equal((await outbox.read(before)).events?.length, 1);
  },

  'a reader before the commit does not keep the old value beyond it': async (side) => {
    const { outbox, library, cache } = side;
    // Another caller's: not of the transaction.
    const ask = AsyncResource.bind(() => cache.getOrSet('k', () => 'old'));
    await ask();
    await library.inTransaction(async (tx) => {
      await outbox.record(tx, { name: 'changed', data: { key: 'k' } });
      assert.equal(await ask(), 'old');
    });
    assert.equal(await cache.get('k'), undefined);
  },

  'a rollback leaves nothing in the outbox and removes nothing': async (side) => {
    const { outbox, library, cache, end } = side;
    const before = await end();
    await cache.getOrSet('k', () => 'old');
    const failing = library.inTransaction(async (tx) => {
      await outbox.record(tx, { name: 'changed', data: { key: 'k' } });
      throw new Error('rolled back');
    });
    await assert.rejects(failing, /rolled back/);
    assert.deepEqual((await outbox.read(before)).events, []);
    assert.equal(await cache.get('k'), 'old');
  },

  'record in a transaction that the cache does not know is refused, and leaves nothing': async (
    side,
  ) => {
    const { outbox, library, cache, end } = side;
    const before = await end();
    await cache.getOrSet('k', () => 'old');
    const refused = library.unannounced((tx) =>
      outbox.record(tx, { name: 'changed', data: { key: 'k' } }),
    );
    await assert.rejects(refused, /must run inside a transaction that the cache knows of/);
    assert.deepEqual((await outbox.read(before)).events, []);
    assert.equal(await cache.get('k'), 'old');
  },
};

/** Runs one rule on an empty database. */
export async function judgeRecord<Tx>(
  rule: (side: RecordSide) => Promise<void>,
  url: string,
  open: OpenLibrary<Tx>,
): Promise<void> {
  const side = await openRecordSide(url, open);
  try {
    await rule(side);
  } finally {
    await side.close();
  }
}
