import type { DomainEvent } from '../domain-events.js';
import type { OutboxReader, OutboxRow } from './outbox-reader.js';
import { onlyRow } from './outbox-reader.js';
import type { OutboxPosition } from './outbox-position.js';
import {
  covers,
  formatPosition,
  formatTransaction,
  parsePosition,
  parseSnapshot,
} from './outbox-position.js';

/** An event with the position of the write that it describes: what `appendEvents` returned for it. */
export type LoggedEvent = DomainEvent & { readonly position: string };

/** What became visible in the log since a cursor. */
export interface OutboxReading {
  readonly cursor: string;
  /** `undefined`: unknown, or too many. */
  readonly events: readonly LoggedEvent[] | undefined;
  /** Age of the oldest of them, in milliseconds. */
  readonly oldestMs: number | undefined;
}

/** More than this are reported as too many. */
const MAX_EVENTS = 20_000;

/**
 * The durable log of domain events, read by what became visible since a cursor: whatever the order
 * in which transactions began and ended, each event is read once. Cursors and positions are texts
 * that only this class understands.
 */
export class Outbox {
  readonly #wakes: (() => void)[] = [];

  constructor(private readonly reader: OutboxReader) {
    reader.onAppend(() => {
      for (const wake of this.#wakes) wake();
    });
  }

  async read(cursor: string | undefined): Promise<OutboxReading> {
    const from = cursor === undefined ? undefined : parsePosition(cursor);
    const snapshot = from && typeof from.at !== 'bigint' ? textOf(cursor) : null;
    const rows = await this.reader.readSince(snapshot, MAX_EVENTS + 1);
    const first = onlyRow(rows);
    const next = formatPosition(first.log, first.snapshot);
    const entries = rows.filter(({ name }) => name !== null);
    if (!from || !known(from, first) || entries.length > MAX_EVENTS) {
      return { cursor: next, events: undefined, oldestMs: undefined };
    }
    const ages = entries.map(({ age }) => age ?? 0);
    return {
      cursor: next,
      // Appended by `appendEvents`, which takes nothing else; the caller copes with events of
      // another version.
      events: entries.map(({ name, data, xid }) => {
        const position = formatTransaction(first.log, xid ?? '');
        return { name, data, position } as LoggedEvent;
      }),
      oldestMs: ages.length === 0 ? undefined : Math.round(Math.max(0, ...ages.slice(0, 1_000))),
    };
  }

  /** The present end of the log. */
  async now(): Promise<string> {
    const { log, snapshot } = await this.reader.now();
    return formatPosition(log, snapshot);
  }

  covers(cursor: string, position: string): boolean {
    const [seen, wanted] = [parsePosition(cursor), parsePosition(position)];
    return seen !== undefined && wanted !== undefined && covers(seen, wanted);
  }

  isSoleInstance(lingerMs: number): boolean {
    return this.reader.isSoleInstance(lingerMs);
  }

  onAppend(wake: () => void): void {
    this.#wakes.push(wake);
  }

  /** This process has just committed events: notifies the readers of the outbox in every process. */
  appended(): void {
    this.reader.appended();
  }

  close(): Promise<void> {
    return this.reader.close();
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
