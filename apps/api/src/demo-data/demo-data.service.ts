import { Injectable, Logger } from '@nestjs/common';
import { and, getTableName, inArray, isNull, notInArray, or, sql } from 'drizzle-orm';
import { appendEvents } from '../events/outbox/append-events.js';
import { Database, type Db } from '../database/database.js';
import { hashDemoPassword, isDemoPassword } from './demo-password.js';
import { anchorOf, demoTareas } from './demo-tareas.js';
import { DEMO_PASSWORD, DEMO_USUARIOS } from './demo-usuarios.js';
import { tareas, usuarios } from '../database/schema.js';

/** Lines up processes that start at once, on both databases. Any number of our own; "demo" in ASCII. */
const DEMO_LOCK = 0x64_65_6d_6f;

const HOUR_MS = 3_600_000;

/** Younger demo tareas stay where they are, so that a restart changes nothing. */
const MOVE_AFTER_MS = 12 * HOUR_MS;

export type DemoDataOutcome = 'created' | 'moved' | 'unchanged' | 'refused';

/**
 * Three usuarios and their tareas, with which a newcomer sees the example of the guide.
 *
 * What people changed is theirs. A demo row that exists is never written again — whatever its
 * name, password or estado is by now, deleted included — with one exception: the dates of tareas
 * without an edit (`version` 1, not deleted) move with the calendar, so that "the last 30
 * days" are still full tomorrow. From its first edit on a tarea keeps its dates as well and ages
 * like any other: moved, it would claim that the work was done on another day.
 */
@Injectable()
export class DemoDataService {
  readonly #logger = new Logger('DemoData');

  constructor(private readonly database: Database) {}

  /** Idempotent, in one transaction, safe in several processes at once. */
  async apply(): Promise<DemoDataOutcome> {
    const outcome = await this.database.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${DEMO_LOCK})`);
      if (await hasStrangers(tx)) return 'refused';
      const anchor = new Date();
      const created = (await createUsuarios(tx)) + (await createTareas(tx, anchor));
      if (created > 0) {
        await moveSequencePast(tx, usuarios);
        await moveSequencePast(tx, tareas);
      }
      const moved = created > 0 ? 0 : await moveTareas(tx, anchor);
      if (created + moved === 0) return 'unchanged';
      await appendEvents(tx, [{ name: 'tareas.loaded', data: { source: 'demo' } }]);
      return created > 0 ? 'created' : 'moved';
    });
    if (outcome === 'refused') {
      this.#logger.warn(
        'Demo data is left out: its ids, e-mails or codigos belong to other rows of this database (set DEMO_DATA=false to silence this).',
      );
    } else {
      const emails = DEMO_USUARIOS.map(({ email }) => email).join(', ');
      this.#logger.log(`Demo usuarios: ${emails} — password ${DEMO_PASSWORD} (unless changed)`);
    }
    return outcome;
  }

  /** The e-mails of demo usuarios that still have the published password: one hash for each. */
  async withPublishedPassword(): Promise<string[]> {
    const uuids = DEMO_USUARIOS.map(({ uuid }) => uuid);
    const rows = await this.database.db
      .select({ email: usuarios.email, passwordHash: usuarios.passwordHash })
      .from(usuarios)
      .where(and(inArray(usuarios.uuid, uuids), isNull(usuarios.deletedAt)))
      .orderBy(usuarios.id);
    const published = [];
    for (const { email, passwordHash } of rows) {
      if (await isDemoPassword(passwordHash)) published.push(email);
    }
    return published;
  }
}

/** Whether rows that are not demo rows hold what demo rows need. */
async function hasStrangers(tx: Db): Promise<boolean> {
  const rows = demoTareas(new Date());
  const strangerUsuarios = tx
    .select({ id: usuarios.id })
    .from(usuarios)
    .where(
      and(
        notInArray(
          usuarios.uuid,
          DEMO_USUARIOS.map(({ uuid }) => uuid),
        ),
        or(
          inArray(
            usuarios.id,
            DEMO_USUARIOS.map(({ id }) => id),
          ),
          and(
            isNull(usuarios.deletedAt),
            or(
              inArray(
                usuarios.email,
                DEMO_USUARIOS.map(({ email }) => email),
              ),
              inArray(
                usuarios.dni,
                DEMO_USUARIOS.map(({ dni }) => dni),
              ),
            ),
          ),
        ),
      ),
    )
    .limit(1);
  const strangerTareas = tx
    .select({ id: tareas.id })
    .from(tareas)
    .where(
      and(
        notInArray(
          tareas.uuid,
          rows.map(({ uuid }) => uuid),
        ),
        or(
          inArray(
            tareas.id,
            rows.map(({ id }) => id),
          ),
          inArray(
            tareas.codigo,
            rows.map(({ codigo }) => codigo),
          ),
        ),
      ),
    )
    .limit(1);
  return (await strangerUsuarios).length + (await strangerTareas).length > 0;
}

async function createUsuarios(tx: Db): Promise<number> {
  const present = await tx
    .select({ id: usuarios.id })
    .from(usuarios)
    .where(
      inArray(
        usuarios.id,
        DEMO_USUARIOS.map(({ id }) => id),
      ),
    );
  const missing = DEMO_USUARIOS.filter(({ id }) => present.every((row) => row.id !== id));
  if (missing.length === 0) return 0;
  // Hashing is slow on purpose: once, and only when a usuario is missing.
  const passwordHash = await hashDemoPassword();
  await tx
    .insert(usuarios)
    .values(missing.map((usuario) => ({ ...usuario, passwordHash, verificado: true })));
  return missing.length;
}

async function createTareas(tx: Db, anchor: Date): Promise<number> {
  const created = await tx
    .insert(tareas)
    .values(demoTareas(anchor))
    .onConflictDoNothing()
    .returning({ id: tareas.id });
  return created.length;
}

async function moveTareas(tx: Db, anchor: Date): Promise<number> {
  const rows = demoTareas(anchor);
  const untouched = sql`${tareas.version} = 1 and ${tareas.deletedAt} is null`;
  const [oldest] = await tx
    .select({ id: tareas.id, createdAt: tareas.createdAt })
    .from(tareas)
    .where(
      and(
        untouched,
        inArray(
          tareas.uuid,
          rows.map(({ uuid }) => uuid),
        ),
      ),
    )
    .orderBy(tareas.id)
    .limit(1);
  const current = oldest && anchorOf(oldest.id, oldest.createdAt);
  if (!current || anchor.getTime() - current.getTime() < MOVE_AFTER_MS) return 0;
  const excluded = (column: { readonly name: string }) =>
    sql`excluded.${sql.identifier(column.name)}`;
  const moved = await tx
    .insert(tareas)
    .values(rows)
    .onConflictDoUpdate({
      target: tareas.id,
      set: {
        inicioProgramado: excluded(tareas.inicioProgramado),
        finProgramado: excluded(tareas.finProgramado),
        inicioReal: excluded(tareas.inicioReal),
        finReal: excluded(tareas.finReal),
        createdAt: excluded(tareas.createdAt),
        updatedAt: excluded(tareas.updatedAt),
      },
      setWhere: untouched,
    })
    .returning({ id: tareas.id });
  return moved.length;
}

/** Rows with ids of their own do not move the identity sequence, whose next value would collide. */
async function moveSequencePast(tx: Db, table: typeof usuarios | typeof tareas): Promise<void> {
  const sequence = sql`pg_get_serial_sequence(${getTableName(table)}, 'id')::regclass`;
  const highest = sql`(select max(${table.id}) from ${table})`;
  await tx.execute(sql`
    select setval(${sequence}, ${highest})
    where coalesce(pg_sequence_last_value(${sequence}), 0) < ${highest}
  `);
}
