import type { InvalidationLog, LogHost } from '@gad/cache/store';
import type { Append, AppenderOptions, OutboxEvent } from './append.js';
import { outboxAppender } from './append.js';
import type { LoggedEvent, OutboxReading, PatternsOf } from './outbox-log.js';
import { OutboxLog } from './outbox-log.js';
import type { OutboxPosition } from './position.js';
import {
  covers,
  formatPosition,
  formatTransaction,
  parsePosition,
  parseSnapshot,
} from './position.js';
import { makeReader } from './reader/make-reader.js';
import type { OutboxReader, OutboxRow } from './reader/outbox-reader.js';
import { pruneOnce, Retention } from './retention.js';
import type { RunStatement } from './statement.js';
import { onlyRow } from './statement.js';
import type { OutboxStatements } from './statements.js';
import { outboxStatements } from './statements.js';

/** Options of {@link PostgresOutbox}. */
export interface PostgresOutboxOptions<Tx> extends AppenderOptions<Tx> {
  /**
   * The PostgreSQL server: its URL, or settings of the client of node-postgres (package `pg`), on which
   * the outbox has one connection of its own. Behind a pooler it polls, so give the address of the server
   * itself. A function instead: the only connection of an embedded database, such as PGlite.
   */
  readonly connection: string | object | RunStatement;
  /**
   * Statements outside of transactions: NOTIFY after commits, and pruning. Default: the outbox's own
   * connection, whose reads then wait for them.
   */
  readonly pool?: RunStatement | undefined;
  /**
   * Hours that entries are kept: a store that was unavailable for longer is emptied. Default 24.
   * `false`: the outbox removes none by itself; call `prune`.
   */
  readonly retentionHours?: number | false | undefined;
  /** `connection` is known to lead through a pooler: no warning says so. Default `false`. */
  readonly pooled?: boolean | undefined;
}

/** More than this are reported as too many. */
const MAX_EVENTS = 20_000;
const MAX_HOURS = 24 * 365 * 10;

const NO_CACHE =
  'record needs an open cache with this outbox: give outbox.invalidationLog(…) to its option invalidationLog, or use append in a program without a cache.';
const NOT_ANNOUNCED =
  'record must run inside a transaction that the cache knows of: call invalidateAfterCommit of @gad/cache/transactions once at start, or use append.';
const NO_TABLES =
  'The tables of the outbox are missing in the database, or the role may not see them: run outboxMigration() in a migration.';
const POOLER =
  'Cache: the connection of the outbox leads through a pooler, where nothing can listen: it polls. Give it the address of the PostgreSQL behind the pooler.';

const OPTIONS: Readonly<Record<keyof PostgresOutboxOptions<unknown>, true>> = {
  connection: true,
  via: true,
  names: true,
  prepared: true,
  columns: true,
  pool: true,
  retentionHours: true,
  pooled: true,
};

/**
 * A transactional outbox in PostgreSQL: the durable log of what made cached values stale, appended in the
 * transactions of the changes. It is read by what became visible since a cursor: whatever the order in
 * which transactions began and ended, each event is read once. Cursors and positions are texts that only
 * this class understands.
 */
export class PostgresOutbox<Tx = unknown, Event extends OutboxEvent = OutboxEvent> {
  readonly #reader: OutboxReader;
  readonly #append: Append<Tx>;
  readonly #statements: OutboxStatements;
  readonly #run: RunStatement;
  readonly #hours: number | undefined;
  readonly #retention: Retention;
  readonly #wakes: (() => void)[] = [];
  readonly #logs = new Set<OutboxLog<Event>>();
  #warn: (message: string) => void = () => undefined;
  #pruneFailed = false;

  /** @throws TypeError for wrong options */
  constructor(options: PostgresOutboxOptions<Tx>) {
    for (const name of Object.keys(options)) {
      if (Object.hasOwn(OPTIONS, name)) continue;
      throw new TypeError(
        `${name} is not an option of the outbox; there are ${Object.keys(OPTIONS).join(', ')}.`,
      );
    }
    const { connection, pool, pooled = false, retentionHours = 24 } = options;
    this.#append = outboxAppender(options);
    this.#statements = outboxStatements(options.names);
    this.#hours = retentionHours === false ? undefined : checkedHours(retentionHours);
    const onPooler = (): void => this.#warn(POOLER);
    const parts = { statements: this.#statements, pool, pooled, onPooler };
    const { reader, run } = makeReader(connection, parts);
    this.#reader = reader;
    this.#run = pool ?? run;
    this.#retention = new Retention(
      (limit) => this.prune(this.#hours ?? MAX_HOURS, limit),
      (error) => this.#notePruneFailure(error),
    );
    reader.onAppend(() => {
      for (const wake of this.#wakes) wake();
    });
  }

  /**
   * The outbox as the log of a cache: its option `invalidationLog`. The relay removes what `patternsOf`
   * makes of each event; an event for which that is `undefined` (another version of the program appended
   * it) empties the cache.
   */
  invalidationLog(patternsOf: PatternsOf<Event>): InvalidationLog {
    return new OutboxLog(this, patternsOf);
  }

  /**
   * Appends events in the transaction `tx`, which was announced to the cache (`invalidateAfterCommit` of
   * `@gad/cache/transactions`). After its commit, and before its call returns, what they made stale is
   * removed from every cache of this process that has this outbox, as `invalidate` does.
   *
   * Cost: one statement; after the commit what the removals cost.
   * @throws Error outside of an announced transaction, and without an open cache; TypeError for an event
   *   of which no patterns are known
   */
  async record(tx: Tx, ...events: Event[]): Promise<void> {
    if (this.#logs.size === 0) throw new Error(NO_CACHE);
    const logs = [...this.#logs].map((log) => ({ log, patterns: log.patternsOfAll(events) }));
    const position = await this.#append(tx, events);
    const committed = (): void => this.appended();
    for (const { log, patterns } of logs) {
      if (log.afterCommit(patterns, position, committed)) continue;
      throw new Error(NOT_ANNOUNCED);
    }
  }

  /**
   * Appends events in the transaction `tx` and resolves with its position in the outbox. After the commit
   * call `appended()`, and `cache.invalidate(patterns, { position, committedAt: performance.now() })`;
   * `record` does all of it.
   *
   * Cost: one statement.
   */
  append(tx: Tx, events: readonly Event[]): Promise<string> {
    return this.#append(tx, events);
  }

  /** This process has just committed events: notifies the readers of the outbox in every process. */
  appended(): void {
    this.#reader.appended();
  }

  /** What became visible after a cursor. @throws the driver's error */
  async read(cursor: string | undefined): Promise<OutboxReading<Event>> {
    const from = cursor === undefined ? undefined : parsePosition(cursor);
    const snapshot = from && typeof from.at !== 'bigint' ? textOf(cursor) : null;
    const rows = await this.#reader.readSince(snapshot, MAX_EVENTS + 1);
    const first = onlyRow<OutboxRow>(rows);
    const next = formatPosition(first.log, first.snapshot);
    const entries = rows.filter(({ name }) => name !== null);
    if (!from || !known(from, first) || entries.length > MAX_EVENTS) {
      return { cursor: next, events: undefined, oldestMs: undefined };
    }
    const ages = entries.map(({ age }) => age ?? 0);
    return {
      cursor: next,
      // Appended by `append`, which takes nothing else; the caller copes with events of another version.
      events: entries.map(({ name, data, xid }) => {
        const position = formatTransaction(first.log, xid ?? '');
        return { name, data, position } as unknown as LoggedEvent<Event>;
      }),
      oldestMs: ages.length === 0 ? undefined : Math.round(Math.max(0, ...ages.slice(0, 1_000))),
    };
  }

  /** The present end of the outbox, as a position. @throws the driver's error */
  async now(): Promise<string> {
    const { log, snapshot } = await this.#reader.now();
    return formatPosition(log, snapshot);
  }

  /** Whether everything at or before `position` lies before `cursor`. */
  covers(cursor: string, position: string): boolean {
    const [seen, wanted] = [parsePosition(cursor), parsePosition(position)];
    return seen !== undefined && wanted !== undefined && covers(seen, wanted);
  }

  /** See `InvalidationLog.isSoleInstance`. */
  isSoleInstance(lingerMs: number): boolean {
    return this.#reader.isSoleInstance(lingerMs);
  }

  /** Registers a callback for appended entries; only a hint, which may be lost. */
  onAppend(wake: () => void): void {
    this.#wakes.push(wake);
  }

  /** Removes up to `limit` entries older than so many hours, oldest first; resolves with how many. */
  prune(hours: number, limit: number): Promise<number> {
    return pruneOnce(this.#run, this.#statements, hours, limit);
  }

  /** Closes the outbox's own connection. A cache that has the outbox calls it when it closes. */
  async close(): Promise<void> {
    await this.#retention.stop();
    await this.#reader.close();
  }

  /** @internal A cache has opened the log. @throws Error when the tables are missing */
  async opened(log: OutboxLog<Event>, host: LogHost): Promise<void> {
    this.#logs.add(log);
    this.#warn = host.warn;
    if (!host.shared) this.#reader.announce();
    try {
      await this.#reader.now();
    } catch (error) {
      if (isMissing(error)) throw new Error(NO_TABLES, { cause: error });
      // An unavailable database: the relay tries again, and says so.
    }
    if (this.#hours !== undefined) this.#retention.start();
  }

  /** @internal A cache has closed the log; the last one closes the outbox. */
  async closed(log: OutboxLog<Event>): Promise<void> {
    this.#logs.delete(log);
    if (this.#logs.size === 0) await this.close();
  }

  /** One line for all failures. */
  #notePruneFailure(error: unknown): void {
    if (this.#pruneFailed) return;
    this.#pruneFailed = true;
    // Never its message, which may contain addresses.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    this.#warn(`Cache: old entries of the outbox were not removed (${code}).`);
  }
}

function textOf(cursor: string | undefined): string | null {
  return cursor === undefined ? null : cursor.slice(cursor.indexOf(' ') + 1);
}

/** Whether everything since a cursor is still there: this log, not its future, and not pruned. */
function known({ log, at }: OutboxPosition, row: OutboxRow): boolean {
  const now = parseSnapshot(row.snapshot);
  if (log !== row.log || typeof at === 'bigint' || now === undefined) return false;
  return at.xmax <= now.xmax && at.xmin > BigInt(row.pruned);
}

function checkedHours(hours: number): number {
  if (typeof hours === 'number' && hours > 0 && hours <= MAX_HOURS && Number.isInteger(hours)) {
    return hours;
  }
  throw new TypeError(
    `retentionHours of the outbox must be a whole number of hours from 1 to ${MAX_HOURS}, or false, not ${String(hours)}.`,
  );
}

/** No such table or schema, or no privilege. */
function isMissing(error: unknown): boolean {
  const causes = error instanceof Error ? [error, error.cause] : [];
  return causes.some(
    (each) =>
      each instanceof Error && 'code' in each && /^(42P01|3F000|42501)$/.test(String(each.code)),
  );
}
