/**
 * Imported before the API in a process that is measured: disables the outbox and the proof of
 * freshness, which the product cannot do without. What is left is what it would be without them:
 * the write in a transaction, and the removal after its commit, queued for a retry when the store is unavailable.
 */
import { FreshnessGuard } from '@gad/cache/store';
import { DomainEventBus, type RecordEvent } from '../apps/api/src/events/domain-event-bus.js';
import type { Db } from '../apps/api/src/database/database.js';
import type { DomainEvent } from '../apps/api/src/events/domain-events.js';

const NOWHERE = 'nowhere';

DomainEventBus.prototype.transaction = async function <T>(
  this: DomainEventBus,
  work: (tx: Db, record: RecordEvent) => Promise<T>,
): Promise<T> {
  const recorded: DomainEvent[] = [];
  const result = await this['database'].transaction((tx) =>
    work(tx, (...events) => void recorded.push(...events)),
  );
  const written = { position: NOWHERE, committedAt: performance.now() };
  for (const event of recorded) await this['emitter'].emitAsync(event.name, { ...event, written });
  return result;
};

FreshnessGuard.prototype.open = () => Promise.resolve();
FreshnessGuard.prototype.close = () => Promise.resolve();
for (const [name, answer] of [
  ['trusted', true],
  ['strict', false],
] as const) {
  Object.defineProperty(FreshnessGuard.prototype, name, { get: () => answer });
}
