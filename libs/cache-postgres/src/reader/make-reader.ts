import type { RunStatement } from '../statement.js';
import { EmbeddedReader } from './embedded-reader.js';
import type { OutboxReader } from './outbox-reader.js';
import type { PostgresReaderParts } from './postgres-reader.js';
import { PostgresReader } from './postgres-reader.js';

/**
 * The reader for a connection, and what runs further statements of the outbox on it.
 *
 * @throws TypeError for what is no connection
 */
export function makeReader(
  connection: unknown,
  parts: Omit<PostgresReaderParts, 'settings'>,
): { readonly reader: OutboxReader; readonly run: RunStatement } {
  if (typeof connection === 'function') {
    const run = connection as RunStatement;
    return { reader: new EmbeddedReader(run, parts.statements), run };
  }
  const settings = typeof connection === 'string' ? { connectionString: connection } : connection;
  if (typeof settings !== 'object' || settings === null || connection === '') {
    throw new TypeError(
      'connection of the outbox must be the URL of a PostgreSQL server, settings of the client of pg, or a function that runs a statement.',
    );
  }
  const reader = new PostgresReader({ ...parts, settings });
  return { reader, run: reader.run };
}
