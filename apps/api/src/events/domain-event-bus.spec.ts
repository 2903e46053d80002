import { Injectable } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Database, type Db } from '../database/database.js';
import { DomainEventBus } from './domain-event-bus.js';
import type { DomainEvent } from './domain-events.js';
import { EventsModule } from './events.module.js';
import { OnDomainEvent } from './on-domain-event.decorator.js';

const created: DomainEvent = { name: 'tarea.created', data: { tareaId: 1, delegadoUsuarioId: 2 } };
const deleted: DomainEvent = { name: 'tarea.deleted', data: { tareaId: 1, delegadoUsuarioId: 2 } };

const journal: string[] = [];

@Injectable()
class JournalListener {
  failWith: Error | undefined;

  @OnDomainEvent('**')
  async hear(event: DomainEvent): Promise<void> {
    await new Promise(setImmediate);
    if (this.failWith) throw this.failWith;
    journal.push(event.name);
  }
}

/** A database whose transactions only tell when they commit or roll back. */
class JournalDatabase {
  readonly tx = {} as Db; // the bus hands it through and never uses it
  async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    try {
      const result = await work(this.tx);
      journal.push('commit');
      return result;
    } catch (error) {
      journal.push('rollback');
      throw error;
    }
  }
}

describe('DomainEventBus', () => {
  const start = async () => {
    const module = await Test.createTestingModule({
      imports: [EventsModule, EventEmitterModule],
      providers: [JournalListener],
    })
      .useMocker((token) => (token === Database ? new JournalDatabase() : undefined))
      .compile();
    await module.init();
    return module;
  };
  let module: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    journal.length = 0;
    module = await start();
  });
  afterEach(() => module.close());

  const bus = () => module.get(DomainEventBus);

  it('publishes after the commit, in order, and waits for the listeners', async () => {
    const result = await bus().transaction((_tx, record) => {
      record(created, deleted);
      return Promise.resolve('done');
    });
    expect(result).toBe('done');
    expect(journal).toEqual(['commit', 'tarea.created', 'tarea.deleted']);
  });

  it('publishes nothing when the transaction rolls back', async () => {
    const failing = bus().transaction((_tx, record) => {
      record(created);
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(journal).toEqual(['rollback']);
  });

  it('lets a failing listener be seen by the publisher', async () => {
    module.get(JournalListener).failWith = new Error('listener is broken');
    const write = bus().transaction((_tx, record) => {
      record(created);
      return Promise.resolve();
    });
    await expect(write).rejects.toThrow('listener is broken');
  });
});
