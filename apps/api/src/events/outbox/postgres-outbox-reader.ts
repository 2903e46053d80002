import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.js';
import { OwnConnection } from '../../database/postgres/own-connection.js';
import { CommitNotifier } from './commit-notifier.js';
import type { OutboxReader, OutboxRow } from './outbox-reader.js';
import { onlyRow } from './outbox-reader.js';
import { byIndex, CHANNEL, NOTIFY, NOW, READ_SINCE } from './outbox-statements.js';
import { NOTICE_MS, SoleInstance } from './sole-instance.js';

/** A two-part advisory lock that each process holds while it serves from its own memory: "gad", 1. */
const PRESENCE = [0x67_61_64, 1] as const;

const COUNT_PROCESSES = `coalesce((l.pooled_until > clock_timestamp())::int, 0) + (
  select count(*)::int from pg_locks
  where locktype = 'advisory' and objsubid = 2 and classid = ${String(PRESENCE[0])}
    and objid = ${String(PRESENCE[1])} and granted
    and database = (select oid from pg_database where datname = current_database())
)`;

/** Ten times a second, from each leader: to parse and plan it takes longer than to run it. */
const READ_NAME = 'gad_read_since';

interface PostgresOutboxReaderParts {
  /** Of the server itself: a pooler drops what this connection holds. */
  readonly url: string;
  /** Its pool sends the notifications of this process's own appends, so that reads do not wait for them. */
  readonly database: Database;
  /** Every process has a store of its own. */
  readonly ownMemory: boolean;
}

/**
 * Reads the log on a connection of its own, which also listens for appends. With `ownMemory` each
 * process announces itself by a lock that ends with its connection.
 */
export class PostgresOutboxReader implements OutboxReader {
  readonly #connection: OwnConnection;
  readonly #soleInstance: SoleInstance | undefined;
  readonly #read: string;
  readonly #notifier: CommitNotifier;
  #wake: () => void = () => undefined;

  constructor({ url, database, ownMemory }: PostgresOutboxReaderParts) {
    const announce = `select pg_advisory_lock_shared(${PRESENCE.join(', ')})`;
    this.#connection = new OwnConnection({
      url,
      begin: [byIndex('session'), ...(ownMemory ? [announce] : [])],
      listen: { channel: CHANNEL, onNotification: () => this.#wake() },
    });
    this.#soleInstance = ownMemory ? new SoleInstance(NOTICE_MS) : undefined;
    this.#read = ownMemory
      ? READ_SINCE.replace('select', () => `select ${COUNT_PROCESSES} as processes,`)
      : READ_SINCE;
    this.#notifier = new CommitNotifier(() => database.db.execute(NOTIFY));
  }

  async readSince(snapshot: string | null, limit: number): Promise<readonly OutboxRow[]> {
    for (;;) {
      const sentAt = performance.now();
      const { rows, connectedAt } = await this.#query(snapshot, limit);
      if (this.#soleInstance === undefined) return rows;
      const leftMs = connectedAt + NOTICE_MS - sentAt;
      if (leftMs <= 0) {
        this.#soleInstance.note(sentAt, onlyRow(rows).processes ?? 0);
        return rows;
      }
      // A process that counts itself the sole instance has to notice the announcement first.
      this.#soleInstance.lose();
      await sleep(leftMs);
    }
  }

  async now(): Promise<Pick<OutboxRow, 'snapshot' | 'log'>> {
    const { rows } = await this.#connection.query<{ snapshot: string; log: string }>(NOW, []);
    return onlyRow(rows);
  }

  isSoleInstance(lingerMs: number): boolean {
    return this.#soleInstance?.isProven(performance.now(), lingerMs) === true;
  }

  onAppend(wake: () => void): void {
    this.#wake = wake;
  }

  appended(): void {
    this.#notifier.committed();
  }

  async close(): Promise<void> {
    await this.#notifier.close();
    await this.#connection.close();
  }

  async #query(
    snapshot: string | null,
    limit: number,
  ): Promise<{ rows: (OutboxRow & { processes?: number })[]; connectedAt: number }> {
    try {
      return await this.#connection.query(this.#read, [snapshot, limit], READ_NAME);
    } catch (error) {
      this.#soleInstance?.lose();
      throw error;
    }
  }
}
