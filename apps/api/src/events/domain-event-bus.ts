import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Database, type Db } from '../database/database.js';
import type { DomainEvent } from './domain-events.js';

/** Notes that something happened in the current transaction. */
export type RecordEvent = (...events: DomainEvent[]) => void;

/**
 * Where writes meet those who react to them. Events recorded during a transaction are published
 * after its commit, in order, and the listeners are awaited: when a write is acknowledged, what
 * followed from it is done. A listener that fails makes the call fail, so that no failure passes
 * unseen; the data stays committed. A transaction that rolls back publishes nothing.
 */
@Injectable()
export class DomainEventBus {
  constructor(
    private readonly database: Database,
    private readonly emitter: EventEmitter2,
  ) {}

  /** Runs `work` in one database transaction and publishes what it recorded. */
  async transaction<T>(work: (tx: Db, record: RecordEvent) => Promise<T>): Promise<T> {
    const recorded: DomainEvent[] = [];
    const result = await this.database.transaction((tx) =>
      work(tx, (...events) => {
        recorded.push(...events);
      }),
    );
    for (const event of recorded) await this.emitter.emitAsync(event.name, event);
    return result;
  }
}
