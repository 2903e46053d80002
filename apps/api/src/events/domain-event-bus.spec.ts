import { Injectable } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppConfig, readAppConfig } from '../config/app-config.js';
import { Database, type Db } from '../database/database.js';
import { DomainEventBus } from './domain-event-bus.js';
import type { DomainEvent, PublishedEvent } from './domain-events.js';
import { EventsModule } from './events.module.js';
import { OnDomainEvent } from './on-domain-event.decorator.js';

const created: DomainEvent = { name: 'tarea.created', data: { tareaId: 1, delegadoUsuarioId: 2 } };
const deleted: DomainEvent = { name: 'tarea.deleted', data: { tareaId: 1, delegadoUsuarioId: 2 } };

const journal: string[] = [];
const positions: string[] = [];

@Injectable()
class JournalListener {
  failWith: Error | undefined;

  @OnDomainEvent('**')
  async receive(event: PublishedEvent): Promise<void> {
    await new Promise(setImmediate);
    if (this.failWith) throw this.failWith;
    journal.push(event.name);
    positions.push(event.written.position);
  }
}

/** A database whose transactions only report when they append, commit or roll back. */
class JournalDatabase {
  // The bus hands it through, and appends to the log with one prepared statement alone.
  readonly tx = {
    _: {
      session: {
        prepareQuery: () => ({
          execute: () => {
            journal.push('append');
            return Promise.resolve({ rows: [{ log: 'L', xid: '7' }] });
          },
        }),
      },
    },
  } as unknown as Db;
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
      .useMocker((token) => {
        if (token === Database) return new JournalDatabase();
        return token === AppConfig ? readAppConfig({}) : undefined;
      })
      .compile();
    await module.init();
    return module;
  };
  let module: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    journal.length = 0;
    positions.length = 0;
    module = await start();
  });
  afterEach(() => module.close());

  const bus = () => module.get(DomainEventBus);

  it('DomainEventBus appends before the commit, publishes after it, in order, and waits for the listeners', async () => {
    const result = await bus().transaction((_tx, record) => {
      record(created, deleted);
      return Promise.resolve('done');
    });
    expect(result).toBe('done');
    expect(journal).toEqual(['append', 'commit', 'tarea.created', 'tarea.deleted']);
    expect(positions).toEqual(['L tx:7', 'L tx:7']);
  });

  it('DomainEventBus appends and publishes nothing when the transaction rolls back', async () => {
    const failing = bus().transaction((_tx, record) => {
      record(created);
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(journal).toEqual(['rollback']);
  });

  it('DomainEventBus does not touch the log when nothing happened', async () => {
    expect(await bus().transaction(() => Promise.resolve('nothing'))).toBe('nothing');
    expect(journal).toEqual(['commit']);
  });

  it('DomainEventBus lets a failing listener be seen by the publisher', async () => {
    module.get(JournalListener).failWith = new Error('listener is broken');
    const write = bus().transaction((_tx, record) => {
      record(created);
      return Promise.resolve();
    });
    await expect(write).rejects.toThrow('listener is broken');
  });
});
