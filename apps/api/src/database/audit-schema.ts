import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
} from 'drizzle-orm/pg-core';
import { instant } from './instant-column.js';

/** Who did what to whom, where it concerns access: see `audit/`. No foreign keys: it outlives its subjects. */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at')
      .notNull()
      .default(sql`clock_timestamp()`),
    action: text('action').notNull(),
    /** `null`: a caller who is not signed in, or the command line. */
    actorUsuarioId: integer('actor_usuario_id'),
    /** `null`: no usuario has the e-mail that was tried. */
    subjectUsuarioId: integer('subject_usuario_id'),
    requestId: text('request_id'),
    detail: jsonb('detail').notNull().default({}),
  },
  (t) => [
    index('audit_events_at').on(t.at),
    index('audit_events_subject').on(t.subjectUsuarioId, t.id),
  ],
);

/** What administrators did to the cache: see `cache-admin/audit`. No foreign key: it outlives its subjects. */
export const cacheAudit = pgTable(
  'cache_audit',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at')
      .notNull()
      .default(sql`clock_timestamp()`),
    usuarioId: integer('usuario_id'),
    action: text('action').notNull(),
    /** A key or pattern. */
    target: text('target'),
    dryRun: boolean('dry_run').notNull().default(false),
    /** Keys removed, counted or shown. */
    keys: integer('keys'),
    /** `ok`, `refused` or `failed`; with `status` and `ms` `null` where the end was not written. */
    outcome: text('outcome'),
    status: smallint('status'),
    ms: integer('ms'),
    requestId: text('request_id'),
  },
  (t) => [index('cache_audit_at').on(t.at)],
);
