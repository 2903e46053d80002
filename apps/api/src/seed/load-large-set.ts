import { asc, like, sql } from 'drizzle-orm';
import { appendEvents } from '../events/outbox/append-events.js';
import type { BulkLoader } from '../database/bulk-loader.js';
import type { Database, Db } from '../database/database.js';
import { hashDemoPassword } from '../demo-data/demo-password.js';
import { usuarios } from '../database/schema.js';
import {
  SEED_DNI_PREFIX,
  TAREA_COLUMNS,
  tareaLines,
  USUARIO_COLUMNS,
  usuarioLines,
} from './large-set.js';
import { SeedError, type LargeSetSize } from './seed-arguments.js';

const LINES_PER_CHUNK = 5_000;

export interface SeedProgress {
  start(what: string, total: number): void;
  advance(count: number): void;
  end(): void;
}

/**
 * Adds the large set: all of it or, when interrupted or refused, nothing. It is made once for a
 * database; its usuarios have the password of the demo usuarios.
 * @throws SeedError when the database has one already
 */
export async function loadLargeSet(
  database: Database & BulkLoader,
  size: LargeSetSize,
  progress: SeedProgress,
): Promise<void> {
  const ofSeed = like(usuarios.dni, `${SEED_DNI_PREFIX}%`);
  const passwordHash = await hashDemoPassword();
  await database.bulkLoad(async (tx, copy) => {
    const [present] = await tx.select({ id: usuarios.id }).from(usuarios).where(ofSeed).limit(1);
    if (present) {
      throw new SeedError(
        'This database has a large set already: seed an empty database for another one.',
      );
    }
    progress.start('usuarios', size.usuarios);
    await copy(
      `usuarios (${USUARIO_COLUMNS})`,
      chunked(usuarioLines(size.usuarios, passwordHash), progress),
    );
    progress.end();
    const rows = await tx
      .select({ id: usuarios.id })
      .from(usuarios)
      .where(ofSeed)
      .orderBy(asc(usuarios.dni));
    const ids = rows.map(({ id }) => id);
    progress.start('tareas', size.tareas);
    await withoutIndex(tx, 'tareas_busqueda', () =>
      copy(
        `tareas (${TAREA_COLUMNS})`,
        chunked(tareaLines(size.tareas, ids, new Date()), progress),
      ),
    );
    progress.end();
    await appendEvents(tx, [{ name: 'tareas.loaded', data: { source: 'seed' } }]);
  });
}

function* chunked(lines: Iterable<string>, progress: SeedProgress): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    chunk.push(line);
    if (chunk.length < LINES_PER_CHUNK) continue;
    yield chunk.join('');
    progress.advance(chunk.length);
    chunk = [];
  }
  if (chunk.length > 0) {
    yield chunk.join('');
    progress.advance(chunk.length);
  }
}

/** An index of all trigrams is made ten times faster at the end than row by row. */
async function withoutIndex<T>(tx: Db, index: string, work: () => Promise<T>): Promise<T> {
  const { rows } = await tx.execute<{ definition: string }>(
    sql`select pg_get_indexdef(${index}::regclass) as definition`,
  );
  await tx.execute(sql`drop index ${sql.identifier(index)}`);
  const result = await work();
  for (const { definition } of rows) await tx.execute(sql.raw(definition));
  return result;
}
