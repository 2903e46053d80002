import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.js';
import { OwnConnection } from '../../database/postgres/own-connection.js';
import { AppendNotices } from './append-notices.js';
import type { LogReader, LogRow } from './log-reader.js';
import { onlyRow } from './log-reader.js';
import { byIndex, CHANNEL, NOTIFY, NOW, READ_SINCE } from './log-statements.js';
import { NOTICE_MS, Solitude } from './solitude.js';

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

interface PostgresLogReaderParts {
  /** Of the server itself: a pooler takes away what this connection holds. */
  readonly url: string;
  /** Whose pool tells of this process's own appends: what is read must not wait for that. */
  readonly database: Database;
  /** Every process has a store of its own. */
  readonly ownMemory: boolean;
}

/**
 * Reads the log on a connection of its own, which also listens for appends. With `ownMemory` each
 * process announces itself by a lock that ends with its connection.
 */
export class PostgresLogReader implements LogReader {
  readonly #connection: OwnConnection;
  readonly #solitude: Solitude | undefined;
  readonly #read: string;
  readonly #notices: AppendNotices;
  #wake: () => void = () => undefined;

  constructor({ url, database, ownMemory }: PostgresLogReaderParts) {
    const announce = `select pg_advisory_lock_shared(${PRESENCE.join(', ')})`;
    this.#connection = new OwnConnection({
      url,
      begin: [byIndex('session'), ...(ownMemory ? [announce] : [])],
      listen: { channel: CHANNEL, onNotification: () => this.#wake() },
    });
    this.#solitude = ownMemory ? new Solitude(NOTICE_MS) : undefined;
    this.#read = ownMemory
      ? READ_SINCE.replace('select', () => `select ${COUNT_PROCESSES} as processes,`)
      : READ_SINCE;
    this.#notices = new AppendNotices(() => database.db.execute(NOTIFY));
  }

  async readSince(snapshot: string | null, limit: number): Promise<readonly LogRow[]> {
    for (;;) {
      const sentAt = performance.now();
      const { rows, connectedAt } = await this.#query(snapshot, limit);
      if (this.#solitude === undefined) return rows;
      const leftMs = connectedAt + NOTICE_MS - sentAt;
      if (leftMs <= 0) {
        this.#solitude.note(sentAt, onlyRow(rows).processes ?? 0);
        return rows;
      }
      // Everybody who counts himself alone has to notice the announcement before it is relied on.
      this.#solitude.lose();
      await sleep(leftMs);
    }
  }

  async now(): Promise<Pick<LogRow, 'snapshot' | 'log'>> {
    const { rows } = await this.#connection.query<{ snapshot: string; log: string }>(NOW, []);
    return onlyRow(rows);
  }

  alone(lingerMs: number): boolean {
    return this.#solitude?.alone(performance.now(), lingerMs) === true;
  }

  onAppend(wake: () => void): void {
    this.#wake = wake;
  }

  appended(): void {
    this.#notices.appended();
  }

  async close(): Promise<void> {
    await this.#notices.close();
    await this.#connection.close();
  }

  async #query(
    snapshot: string | null,
    limit: number,
  ): Promise<{ rows: (LogRow & { processes?: number })[]; connectedAt: number }> {
    try {
      return await this.#connection.query(this.#read, [snapshot, limit], READ_NAME);
    } catch (error) {
      this.#solitude?.lose();
      throw error;
    }
  }
}
