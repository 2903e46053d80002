import { Injectable } from '@nestjs/common';
import type { InvalidationLog, LogBatch } from '@gad/cache/store';
import type { DomainEvent } from '../events/domain-events.js';
import { Outbox } from '../events/outbox/outbox.js';
import { INVALIDATION_MAP, stalePatterns } from './invalidation.map.js';

/** The log of domain events as the cache reads it: through `INVALIDATION_MAP`. */
@Injectable()
export class OutboxInvalidationLog implements InvalidationLog {
  constructor(private readonly events: Outbox) {}

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.events.close();
  }

  async read(cursor: string | undefined): Promise<LogBatch> {
    const { cursor: next, events, oldestMs } = await this.events.read(cursor);
    // Appended by another version of this program: what they make stale is unknown here.
    if (events?.every(isKnown) !== true)
      return { cursor: next, invalidations: 'everything', entries: 0 };
    const invalidations = events.flatMap((event) =>
      stalePatterns(event).map((pattern) => ({ pattern, position: event.position })),
    );
    return { cursor: next, invalidations, entries: events.length, oldestMs };
  }

  now(): Promise<string> {
    return this.events.now();
  }

  includes(cursor: string, position: string): boolean {
    return this.events.covers(cursor, position);
  }

  isSoleInstance(lingerMs: number): boolean {
    return this.events.isSoleInstance(lingerMs);
  }

  onAppend(wake: () => void): void {
    this.events.onAppend(wake);
  }
}

function isKnown({ name }: DomainEvent): boolean {
  return Object.hasOwn(INVALIDATION_MAP, name);
}
