import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant } from './instant-column.js';

export { auditEvents, cacheAudit } from './audit-schema.js';

export const ROLES = ['usuario', 'supervisor', 'admin'] as const;
export type Rol = (typeof ROLES)[number];

export const TIPOS = [
  'patrullaje',
  'investigacion',
  'vigilancia',
  'intervencion',
  'administrativa',
  'entrenamiento',
] as const;
export type Tipo = (typeof TIPOS)[number];

export const ESTADOS = ['programada', 'en_curso', 'pausada', 'finalizada', 'cancelada'] as const;
export type Estado = (typeof ESTADOS)[number];

const isLive = (t: { deletedAt: SQLWrapper }): SQL => sql`${t.deletedAt} is null`;

/** The trigrams of a folded text, which the text searches look up: see migration 0008. */
const trigrams = (folded: SQLWrapper) => sql<string>`gad_trigrams(${folded})`;

const timestamps = {
  createdAt: instant('created_at')
    .notNull()
    .default(sql`now()`),
  updatedAt: instant('updated_at')
    .notNull()
    .default(sql`now()`),
  deletedAt: instant('deleted_at'),
};

export const usuarios = pgTable(
  'usuarios',
  {
    id: integer('id').primaryKey().generatedByDefaultAsIdentity(),
    uuid: uuid('uuid').notNull().unique().defaultRandom(),
    /** As `canonicalDni` writes it; unique in that form among the usuarios that are not deleted. */
    dni: text('dni').notNull(),
    nombre: text('nombre').notNull(),
    apellido: text('apellido').notNull(),
    /** As `normalEmail` writes it; unique among the usuarios that are not deleted. */
    email: text('email').notNull(),
    telefono: text('telefono'),
    rol: text('rol', { enum: ROLES }).notNull().default('usuario'),
    verificado: boolean('verificado').notNull().default(false),
    passwordHash: text('password_hash').notNull(),
    /** These two are of the version before `login_failures`, which still writes them beside this one. */
    failedLogins: smallint('failed_logins').notNull().default(0),
    lockedUntil: instant('locked_until'),
    /** What a text search looks in, folded. Nothing that the reduced list does not show. */
    busqueda: text('busqueda')
      .notNull()
      .generatedAlwaysAs(
        (): SQL =>
          sql`gad_fold(${usuarios.nombre} || ' ' || ${usuarios.apellido} || E'\n' || ${usuarios.email})`,
      ),
    ...timestamps,
  },
  (t) => [
    index('usuarios_busqueda').using('gin', trigrams(t.busqueda)).where(isLive(t)),
    uniqueIndex('usuarios_email_live').on(t.email).where(isLive(t)),
    uniqueIndex('usuarios_dni_live')
      .on(sql`canonical_dni(${t.dni})`)
      .where(isLive(t)),
    check('usuarios_rol', sql`${t.rol} in ('usuario', 'supervisor', 'admin')`),
  ],
);

export const tareas = pgTable(
  'tareas',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    uuid: uuid('uuid').notNull().unique().defaultRandom(),
    /** Unique for good: a deleted tarea keeps its codigo, so that old paperwork stays unambiguous. */
    codigo: text('codigo').notNull().unique(),
    titulo: text('titulo').notNull(),
    descripcion: text('descripcion'),
    tipo: text('tipo', { enum: TIPOS }).notNull(),
    prioridad: smallint('prioridad').notNull(),
    estado: text('estado', { enum: ESTADOS }).notNull().default('programada'),
    inicioProgramado: instant('inicio_programado').notNull(),
    finProgramado: instant('fin_programado'),
    inicioReal: instant('inicio_real'),
    finReal: instant('fin_real'),
    delegadoUsuarioId: integer('delegado_usuario_id')
      .notNull()
      .references(() => usuarios.id),
    creadoPorUsuarioId: integer('creado_por_usuario_id')
      .notNull()
      .references(() => usuarios.id),
    /** Grows by one with every change; a PATCH may carry the one it saw. */
    version: integer('version').notNull().default(1),
    /** What a text search looks in, folded. */
    busqueda: text('busqueda')
      .notNull()
      .generatedAlwaysAs((): SQL => sql`gad_fold(${tareas.codigo} || E'\n' || ${tareas.titulo})`),
    ...timestamps,
  },
  (t) => [
    index('tareas_busqueda').using('gin', trigrams(t.busqueda)).where(isLive(t)),
    // For the sorts and filters of the list: see `tareas-list.repository.ts`.
    index('tareas_created_at').on(t.createdAt, t.id).where(isLive(t)),
    index('tareas_inicio_programado').on(t.inicioProgramado, t.id).where(isLive(t)),
    index('tareas_prioridad_id').on(t.prioridad, t.id).where(isLive(t)),
    index('tareas_estado').on(t.estado, t.createdAt, t.id).where(isLive(t)),
    index('tareas_tipo').on(t.tipo, t.createdAt, t.id).where(isLive(t)),
    index('tareas_creado_por').on(t.creadoPorUsuarioId, t.createdAt, t.id).where(isLive(t)),
    /** The statistics query reads this index alone (an index-only scan once vacuumed). */
    index('tareas_statistics')
      .on(t.delegadoUsuarioId, t.createdAt, t.estado, t.inicioReal, t.finReal)
      .where(isLive(t)),
    check(
      'tareas_tipo',
      sql`${t.tipo} in ('patrullaje', 'investigacion', 'vigilancia', 'intervencion', 'administrativa', 'entrenamiento')`,
    ),
    check(
      'tareas_estado',
      sql`${t.estado} in ('programada', 'en_curso', 'pausada', 'finalizada', 'cancelada')`,
    ),
    check('tareas_prioridad', sql`${t.prioridad} between 1 and 5`),
    check(
      'tareas_programado_order',
      sql`${t.finProgramado} is null or ${t.finProgramado} >= ${t.inicioProgramado}`,
    ),
    check(
      'tareas_real_order',
      sql`${t.finReal} is null or (${t.inicioReal} is not null and ${t.finReal} >= ${t.inicioReal})`,
    ),
  ],
);

/**
 * One login on one device: access tokens name it (`sid`), refresh tokens belong to it. Triggers
 * append an event when one ends early, as they do for a usuario's role and deletion: migration 0010.
 */
export const sesiones = pgTable(
  'sesiones',
  {
    id: uuid('id').primaryKey(),
    usuarioId: integer('usuario_id')
      .notNull()
      .references(() => usuarios.id),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`now()`),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('sesiones_usuario').on(t.usuarioId), index('sesiones_expires_at').on(t.expiresAt)],
);

/** Each refresh token is good for one use; using one twice revokes its sesion. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    /** SHA-256 of the token, hex: reading this table opens no session. */
    hash: text('hash').primaryKey(),
    sesionId: uuid('sesion_id')
      .notNull()
      .references(() => sesiones.id, { onDelete: 'cascade' }),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (t) => [index('refresh_tokens_sesion').on(t.sesionId)],
);

/** PostgreSQL's transaction id of 64 bits, which never wraps around. */
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** What has happened, appended in the transaction of the change itself: see `events/outbox`. */
export const domainEvents = pgTable(
  'domain_events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    xid: xid8('xid')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    name: text('name').notNull(),
    data: jsonb('data').notNull(),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`clock_timestamp()`),
    /** Who did it, in which request and trace; `null` where it is not known. */
    usuarioId: integer('usuario_id'),
    requestId: text('request_id'),
    trace: text('trace'),
  },
  (t) => [index('domain_events_xid').on(t.xid, t.id)],
);

/** One row about the log itself. */
export const domainEventLog = pgTable(
  'domain_event_log',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** The youngest transaction whose entries have been pruned. */
    prunedXid: xid8('pruned_xid').notNull().default('0'),
    /** Until when a process that cannot announce itself by a lock, being behind a pooler, counts as present. */
    pooledUntil: instant('pooled_until'),
  },
  () => [uniqueIndex('domain_event_log_one_row').on(sql`(true)`)],
);

/**
 * Wrong passwords in a row, by the e-mail that was tried, whether or not a usuario has it: one table
 * and one statement for both, so that they cannot be distinguished.
 */
export const loginFailures = pgTable(
  'login_failures',
  {
    /** SHA-256 of the e-mail, hex: people type passwords into the wrong field. */
    emailHash: text('email_hash').primaryKey(),
    failures: smallint('failures').notNull(),
    /** When the row means nothing any more: the end of the lock, if there is one. */
    forgetAt: instant('forget_at').notNull(),
  },
  (t) => [index('login_failures_forget_at').on(t.forgetAt)],
);

/** The turns taken under each limit, for all processes: see `auth/limits`. Unlogged: a crash may lose it. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: text('key').primaryKey(),
    /** When all turns are back. Precise to the microsecond, as short steps add up. */
    fullAgainAt: timestamp('full_again_at', { withTimezone: true, precision: 6 }).notNull(),
  },
  (t) => [index('rate_limits_full_again_at').on(t.fullAgainAt)],
);

/** Answers to creations that carried an `Idempotency-Key`: the same key gets the same answer. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    usuarioId: integer('usuario_id')
      .notNull()
      .references(() => usuarios.id),
    operation: text('operation').notNull(),
    key: text('key').notNull(),
    /** Of the request, by a secret key: a body may hold a password. */
    fingerprint: text('fingerprint').notNull(),
    /** Absent only inside the transaction that creates. */
    answer: json('answer'),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.usuarioId, t.operation, t.key] }),
    index('idempotency_keys_expires_at').on(t.expiresAt),
  ],
);
