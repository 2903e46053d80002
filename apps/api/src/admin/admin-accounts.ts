import { Injectable } from '@nestjs/common';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import { appendAuditEvents } from '../audit/append-audit-event.js';
import {
  CredentialsRepository,
  type Credentials,
} from '../auth/credentials/credentials.repository.js';
import { LoginFailuresRepository } from '../auth/credentials/login-failures.repository.js';
import { hashPassword } from '../auth/credentials/password-hash.js';
import { newPasswordFlaw } from '../auth/credentials/password-policy.js';
import { SesionesRepository } from '../auth/sesiones/sesiones.repository.js';
import { Database, type Db } from '../database/database.js';
import { usuarios } from '../database/schema.js';
import { recordingTransaction, type RecordEvent } from '../events/domain-event-bus.js';
import { rejectingDuplicates } from '../usuarios/usuario-duplicate.js';
import { UsuariosRepository } from '../usuarios/usuarios.repository.js';
import { AdminError } from './admin-error.js';

/** Lines up processes that make the first admin at the same time; "admn" in ASCII. */
const FIRST_ADMIN_LOCK = 0x61_64_6d_6e;

/** The new admin, checked by the DTO of `POST /usuarios` like any other usuario. */
export interface NewAdmin {
  readonly email: string;
  readonly dni: string;
  readonly nombre: string;
  readonly apellido: string;
  readonly password: string;
}

export interface AdminRow {
  readonly id: number;
  readonly email: string;
  readonly nombre: string;
  readonly apellido: string;
  readonly locked: boolean;
}

/** How the operator acted: it stands in the audit instead of an actor. */
export type Operator = Readonly<Record<string, string>>;

/**
 * Gives access without a signed-in caller: for the command line and for the first start. Writes append
 * their events to the outbox, so running processes receive them.
 */
@Injectable()
export class AdminAccounts {
  private readonly usuarios: UsuariosRepository;
  private readonly credentials: CredentialsRepository;
  private readonly failures: LoginFailuresRepository;
  private readonly sesiones: SesionesRepository;

  constructor(private readonly database: Database) {
    this.usuarios = new UsuariosRepository(database);
    this.credentials = new CredentialsRepository(database);
    this.failures = new LoginFailuresRepository(database);
    this.sesiones = new SesionesRepository(database);
  }

  /** Admins that are not deleted, in the order of their ids. */
  async list(): Promise<AdminRow[]> {
    const rows = [];
    for (const admin of await admins(this.database.db)) {
      const locked = (await this.failures.lockedSeconds(admin.email)) !== undefined;
      rows.push({ ...admin, locked });
    }
    return rows;
  }

  /** @throws AdminError for a weak password; Problem USUARIO_DUPLICATE */
  async create(admin: NewAdmin, operator: Operator): Promise<number> {
    const id = await this.insert(admin, operator, false);
    if (id === undefined) throw new Error('only the first admin may be left out');
    return id;
  }

  /** As `create`, unless there is an admin by now. @returns its id, or `undefined` */
  createFirst(admin: NewAdmin, operator: Operator): Promise<number | undefined> {
    return this.insert(admin, operator, true);
  }

  /**
   * Sets a password, ends the usuario's sesiones and a lockout.
   * @returns the id of the usuario
   * @throws AdminError for a weak password, or when no usuario has the e-mail
   */
  async resetPassword(email: string, password: string, operator: Operator): Promise<number> {
    const { usuarioId, passwordHash: oldHash } = await this.known(email);
    await refuseWeak(password, email, oldHash);
    const passwordHash = await hashPassword(password);
    await this.transaction(async (tx, record) => {
      if (!(await this.usuarios.lock(tx, usuarioId))) throw unknown(email);
      await this.usuarios.update(tx, record, usuarioId, { passwordHash });
      await this.sesiones.revokeAll(tx, record, usuarioId, undefined);
      await this.failures.unlock(tx, email);
      await appendAuditEvents(tx, [
        { action: 'password.reset', actor: null, subject: usuarioId, detail: operator },
      ]);
    });
    return usuarioId;
  }

  /**
   * Ends a lockout.
   * @returns whether there was one
   * @throws AdminError when no usuario has the e-mail
   */
  async unlock(email: string, operator: Operator): Promise<boolean> {
    const { usuarioId } = await this.known(email);
    return this.database.transaction(async (tx) => {
      const wasLocked = await this.failures.unlock(tx, email);
      await appendAuditEvents(tx, [
        { action: 'login.unlocked', actor: null, subject: usuarioId, detail: operator },
      ]);
      return wasLocked;
    });
  }

  private async insert(
    { password, ...fields }: NewAdmin,
    operator: Operator,
    onlyTheFirst: boolean,
  ): Promise<number | undefined> {
    await refuseWeak(password, fields.email);
    const passwordHash = await hashPassword(password);
    const rol = 'admin';
    return rejectingDuplicates(
      this.transaction(async (tx, record) => {
        if (onlyTheFirst) {
          await tx.execute(sql`select pg_advisory_xact_lock(${FIRST_ADMIN_LOCK})`);
          if ((await admins(tx)).length > 0) return undefined;
        }
        const { id } = await this.usuarios.insert(tx, record, { ...fields, rol, passwordHash });
        await appendAuditEvents(tx, [
          { action: 'usuario.created', actor: null, subject: id, detail: { rol, ...operator } },
        ]);
        return id;
      }),
    );
  }

  /** Appends what was recorded; there is no process here whose caches it could be published to. */
  private async transaction<T>(work: (tx: Db, record: RecordEvent) => Promise<T>): Promise<T> {
    return (await recordingTransaction(this.database, work)).result;
  }

  private async known(email: string): Promise<Credentials> {
    const { found } = await this.credentials.lookUp(email);
    if (!found) throw unknown(email);
    return found;
  }
}

const admins = (db: Db) =>
  db
    .select({
      id: usuarios.id,
      email: usuarios.email,
      nombre: usuarios.nombre,
      apellido: usuarios.apellido,
    })
    .from(usuarios)
    .where(and(eq(usuarios.rol, 'admin'), isNull(usuarios.deletedAt)))
    .orderBy(asc(usuarios.id));

async function refuseWeak(password: string, email: string, oldHash?: string): Promise<void> {
  const flaw = await newPasswordFlaw(password, email, oldHash);
  if (flaw !== undefined) throw new AdminError(`The password ${flaw}.`);
}

const unknown = (email: string): AdminError =>
  new AdminError(`No usuario has the e-mail ${email}.`);
