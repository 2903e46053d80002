import { drizzle, outboxAppender } from '@gad/cache-postgres';
import type { Db } from '../../database/database.js';
import { requestContext } from '../../logging/request-context.js';
import type { DomainEvent } from '../domain-events.js';
import { OUTBOX_NAMES } from './outbox-names.js';

/**
 * Appends events to the outbox, in the transaction of the change that they describe: either both become
 * visible or neither; with who did it, in which request, where there is one. Resolves with the position
 * of that transaction in the outbox. One statement, which
 * PostgreSQL plans once a connection; behind a pooler the database drops its name.
 */
export const appendEvents: (tx: Db, events: readonly DomainEvent[]) => Promise<string> =
  outboxAppender<Db>({
    via: drizzle,
    names: OUTBOX_NAMES,
    prepared: true,
    columns: {
      usuario_id: () => requestContext.getStore()?.usuarioId ?? null,
      request_id: () => requestContext.getStore()?.requestId ?? null,
      trace: () => requestContext.getStore()?.trace ?? null,
    },
  });
