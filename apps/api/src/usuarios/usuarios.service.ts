import { Injectable } from '@nestjs/common';
import {
  appendAuditEvents,
  type AuditAction,
  type AuditEvent,
} from '../audit/append-audit-event.js';
import { CredentialsService } from '../auth/credentials/credentials.service.js';
import type { Principal } from '../auth/principal.js';
import { hasRole } from '../auth/role.js';
import { SesionesService } from '../auth/sesiones/sesiones.service.js';
import type { Db } from '../database/database.js';
import type { Rol } from '../database/schema.js';
import { DomainEventBus } from '../events/domain-event-bus.js';
import { IdempotencyService, type Created } from '../idempotency/idempotency.service.js';
import { INT4, ListCursor, toPage } from '../paging/cursor.js';
import { Problem } from '../problems/problem.js';
import type { CreateUsuarioDto } from './dto/create-usuario.dto.js';
import type { UpdateUsuarioDto } from './dto/update-usuario.dto.js';
import type { ListUsuariosDto } from './dto/list-usuarios.dto.js';
import type { UsuarioPageDto, UsuarioSummaryPageDto } from './dto/usuario-page.dto.js';
import { toUsuarioDto, toUsuarioSummaryDto, type UsuarioDto } from './dto/usuario.dto.js';
import {
  assertMayChange,
  assertSelfOrAdmin,
  currentPasswordProblem,
} from './usuario-change.policy.js';
import { rejectingDuplicates } from './usuario-duplicate.js';
import { UsuariosRepository, type Usuario, type UsuarioChanges } from './usuarios.repository.js';

const CURSOR = new ListCursor<[number]>('usuarios', INT4);
const cursorAt = ({ id }: Usuario): string => CURSOR.encode(id);

@Injectable()
export class UsuariosService {
  constructor(
    private readonly usuarios: UsuariosRepository,
    private readonly idempotency: IdempotencyService,
    private readonly bus: DomainEventBus,
    private readonly credentials: CredentialsService,
    private readonly sesiones: SesionesService,
  ) {}

  /**
   * For other features: is this usuario there (and not deleted)? With the caller's transaction it
   * stays there until the transaction's end, so that nothing can be delegated to the leaving.
   */
  findActive(id: number, tx?: Db): Promise<{ id: number; rol: Rol } | undefined> {
    return this.usuarios.findActive(id, tx);
  }

  /**
   * @param key the caller's `Idempotency-Key`: the same one gets the same answer
   * @throws Problem VALIDATION_FAILED, USUARIO_DUPLICATE, IDEMPOTENCY_KEY_REUSED, RATE_LIMITED,
   *   HASHING_BUSY
   */
  async create(
    actor: Principal,
    dto: CreateUsuarioDto,
    key: string | undefined,
  ): Promise<Created<UsuarioDto>> {
    const request = { usuarioId: actor.id, operation: 'createUsuario', key, body: dto };
    const earlier = await this.idempotency.earlier<UsuarioDto>(request);
    if (earlier) return earlier;
    const { password, ...fields } = dto;
    await this.credentials.admit(actor.id);
    // Hashing takes long: before the transaction, not inside.
    const passwordHash = await this.credentials.hashNew(password, fields.email);
    return rejectingDuplicates(
      this.bus.transaction((tx, record) =>
        this.idempotency.once(tx, request, async () => {
          const usuario = await this.usuarios.insert(tx, record, { ...fields, passwordHash });
          await appendAuditEvents(tx, [
            {
              action: 'usuario.created',
              actor: actor.id,
              subject: usuario.id,
              detail: { rol: usuario.rol },
            },
          ]);
          return toUsuarioDto(usuario);
        }),
      ),
    );
  }

  /**
   * All fields for admins, the reduced shape for others who may list.
   * @throws Problem CURSOR_INVALID
   */
  async list(
    actor: Principal,
    { limit, cursor, rol, q }: ListUsuariosDto,
  ): Promise<UsuarioPageDto | UsuarioSummaryPageDto> {
    const afterId = cursor === undefined ? 0 : CURSOR.decode(cursor)[0];
    const rows = await this.usuarios.list({ rol, q }, afterId, limit + 1);
    return hasRole(actor, 'admin')
      ? toPage(rows, limit, toUsuarioDto, cursorAt)
      : toPage(rows, limit, toUsuarioSummaryDto, cursorAt);
  }

  /** @throws Problem FORBIDDEN, USUARIO_NOT_FOUND */
  async get(actor: Principal, id: number): Promise<UsuarioDto> {
    assertSelfOrAdmin(actor, id);
    return toUsuarioDto(found(await this.usuarios.find(id), id));
  }

  /**
   * A new password ends the usuario's other sesiones: all of them when an admin set it, all but
   * the one at hand when it is one's own; an own new e-mail does so, too. A new role ends none,
   * because it counts from the next request on anyway.
   *
   * @throws Problem FORBIDDEN, VALIDATION_FAILED, ACCOUNT_LOCKED, USUARIO_NOT_FOUND,
   *   USUARIO_DUPLICATE, USUARIO_LAST_ADMIN, RATE_LIMITED, HASHING_BUSY
   */
  async update(actor: Principal, id: number, dto: UpdateUsuarioDto): Promise<UsuarioDto> {
    assertMayChange(actor, id, dto);
    const { password, current_password: currentPassword, ...fields } = dto;
    const own = actor.id === id;
    if ((password ?? currentPassword) !== undefined) await this.credentials.admit(actor.id);
    const confirmed =
      currentPassword === undefined
        ? undefined
        : await this.credentials.confirm(id, currentPassword);
    if (currentPassword !== undefined && !confirmed) throw currentPasswordProblem('is wrong');
    // Hashing takes long: before the transaction, not inside.
    const passwordHash =
      password === undefined ? undefined : await this.hashFor(id, password, fields.email);
    const updated = await rejectingDuplicates(
      this.bus.transaction(async (tx, record) => {
        const before = await this.lockForUpdate(tx, id, fields.rol);
        // What was confirmed must still hold: of two changes by one password the second fails.
        if (confirmed && !(await this.credentials.accept(tx, confirmed))) {
          throw currentPasswordProblem('is wrong');
        }
        const changes: UsuarioChanges = {
          ...changedFields(before, fields),
          ...(passwordHash === undefined ? {} : { passwordHash }),
        };
        if (Object.keys(changes).length === 0) return before;
        const after = await this.usuarios.update(tx, record, id, changes);
        if (passwordHash !== undefined || (own && after.email !== before.email)) {
          await this.sesiones.revokeAll(tx, record, id, own ? actor.sesionId : undefined);
        }
        if (passwordHash !== undefined) await this.credentials.unlock(tx, before.email);
        if (after.rol !== before.rol) {
          record({
            name: 'usuario.role_changed',
            data: { usuarioId: id, from: before.rol, to: after.rol },
          });
        }
        await appendAuditEvents(tx, auditOf(actor, before, after, passwordHash !== undefined));
        return after;
      }),
    );
    return toUsuarioDto(updated);
  }

  /**
   * Soft: the row stays for the tareas that name it, its sesiones end.
   * @throws Problem USUARIO_NOT_FOUND, USUARIO_SELF_DELETE, USUARIO_LAST_ADMIN, USUARIO_HAS_TAREAS
   */
  async delete(actor: Principal, id: number): Promise<void> {
    await this.bus.transaction(async (tx, record) => {
      const { usuario, otherAdmins } = await this.usuarios.lockWithAdmins(tx, id);
      const { rol } = found(usuario, id);
      if (id === actor.id) {
        throw new Problem('USUARIO_SELF_DELETE', 'Another admin has to delete this usuario');
      }
      if (rol === 'admin' && otherAdmins === 0) throw lastAdmin();
      await this.usuarios.lockReferences(tx, id);
      if (await this.usuarios.hasOpenTareas(tx, id)) {
        throw new Problem(
          'USUARIO_HAS_TAREAS',
          'Finish, cancel or reassign the open tareas of this usuario first',
        );
      }
      await this.usuarios.softDelete(tx, record, id);
      await this.sesiones.revokeAll(tx, record, id);
      await appendAuditEvents(tx, [{ action: 'usuario.deleted', actor: actor.id, subject: id }]);
    });
  }

  private async hashFor(id: number, password: string, newEmail?: string): Promise<string> {
    const { email, passwordHash } = found(await this.credentials.find(id), id);
    return this.credentials.hashNew(password, newEmail ?? email, passwordHash);
  }

  private async lockForUpdate(tx: Db, id: number, newRol: Rol | undefined): Promise<Usuario> {
    if (newRol === undefined || newRol === 'admin') {
      return found(await this.usuarios.lock(tx, id), id);
    }
    const { usuario, otherAdmins } = await this.usuarios.lockWithAdmins(tx, id);
    const before = found(usuario, id);
    if (before.rol === 'admin' && otherAdmins === 0) throw lastAdmin();
    return before;
  }
}

function found<T>(usuario: T | undefined, id: number): T {
  if (!usuario) throw new Problem('USUARIO_NOT_FOUND', `There is no usuario ${String(id)}`);
  return usuario;
}

const lastAdmin = (): Problem =>
  new Problem('USUARIO_LAST_ADMIN', 'This is the last admin; make another usuario admin first');

/** What a change was worth to the audit. */
function auditOf(
  actor: Principal,
  before: Usuario,
  after: Usuario,
  newPassword: boolean,
): AuditEvent[] {
  const [from, to, subject] = [before.rol, after.rol, after.id];
  const event = (action: AuditAction, detail: AuditEvent['detail'] = {}): AuditEvent => ({
    action,
    actor: actor.id,
    subject,
    detail,
  });
  return [
    ...(from === to ? [] : [event('usuario.role_changed', { from, to })]),
    ...(before.email === after.email ? [] : [event('usuario.email_changed')]),
    ...(newPassword ? [event(actor.id === subject ? 'password.changed' : 'password.reset')] : []),
  ];
}

type Fields = Omit<UpdateUsuarioDto, 'password' | 'current_password'>;

/**
 * Only what differs: saving a form without edits is no change, and no event. A new e-mail is not
 * verified, unless the admin who sets it says so.
 */
function changedFields(
  before: Usuario,
  { dni, nombre, apellido, email, telefono, rol, verificado: named }: Fields,
): UsuarioChanges {
  const verificado = named ?? (email === undefined || email === before.email ? undefined : false);
  return {
    ...(dni === undefined || dni === before.dni ? {} : { dni }),
    ...(nombre === undefined || nombre === before.nombre ? {} : { nombre }),
    ...(apellido === undefined || apellido === before.apellido ? {} : { apellido }),
    ...(email === undefined || email === before.email ? {} : { email }),
    ...(telefono === undefined || telefono === before.telefono ? {} : { telefono }),
    ...(rol === undefined || rol === before.rol ? {} : { rol }),
    ...(verificado === undefined || verificado === before.verificado ? {} : { verificado }),
  };
}
