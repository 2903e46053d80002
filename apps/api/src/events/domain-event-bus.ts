import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Database, type Db } from '../database/database.js';
import type { DomainEvent, PublishedEvent } from './domain-events.js';
import { appendEvents } from './outbox/append-events.js';
import { Outbox } from './outbox/outbox.js';

/** Notes that something happened in the current transaction. */
export type RecordEvent = (...events: DomainEvent[]) => void;

/** What a transaction recorded and appended to the outbox; without a position it recorded nothing. */
interface Recorded<T> {
  readonly result: T;
  readonly events: readonly DomainEvent[];
  readonly position: string | undefined;
}

/** Runs `work` in one transaction, which appends to the outbox what it recorded. Publishes nothing. */
export async function recordingTransaction<T>(
  database: Database,
  work: (tx: Db, record: RecordEvent) => Promise<T>,
): Promise<Recorded<T>> {
  return database.transaction(async (tx) => {
    const events: DomainEvent[] = [];
    const result = await work(tx, (...recorded) => {
      events.push(...recorded);
    });
    const position = events.length > 0 ? await appendEvents(tx, events) : undefined;
    return { result, events, position };
  });
}

/**
 * Connects writes to the listeners of their events. Events recorded during a transaction are appended to
 * the outbox by that same transaction, so none is lost; they are published after its commit, in order,
 * and the listeners are awaited: when a write is acknowledged, its consequences are done. A listener
 * that fails makes the call fail, while the data stays committed. A transaction that rolls back appends
 * and publishes nothing.
 */
@Injectable()
export class DomainEventBus {
  constructor(
    private readonly database: Database,
    private readonly emitter: EventEmitter2,
    private readonly log: Outbox,
  ) {}

  /** Runs `work` in one database transaction, then appends and publishes what it recorded. */
  async transaction<T>(work: (tx: Db, record: RecordEvent) => Promise<T>): Promise<T> {
    const { result, events, position } = await recordingTransaction(this.database, work);
    if (position === undefined) return result;
    const written = { position, committedAt: performance.now() };
    this.log.appended();
    for (const event of events) {
      const published: PublishedEvent = { ...event, written };
      await this.emitter.emitAsync(event.name, published);
    }
    return result;
  }
}
