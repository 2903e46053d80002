import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import type { Principal } from '../auth/principal.js';
import { hasRole } from '../auth/role.js';
import { violatedConstraint } from '../database/constraint.js';
import type { Db } from '../database/database.js';
import { tareas } from '../database/schema.js';
import { DomainEventBus } from '../events/domain-event-bus.js';
import type { DomainEvent } from '../events/domain-events.js';
import { matchesStrongEtag } from '../http/etag.js';
import { IdempotencyService, type Created } from '../idempotency/idempotency.service.js';
import { Problem } from '../problems/problem.js';
import { UsuariosService } from '../usuarios/usuarios.service.js';
import { canMove, movesFrom } from './estado-machine.js';
import type { CreateTareaDto, TareaDto, UpdateTareaDto } from './tarea.dto.js';
import { presentTarea, tareaEtag } from './tarea.presenter.js';
import { TareasListRepository, type TareaListing } from './tareas-list.repository.js';
import { TareasRepository, type Tarea, type TareaChange } from './tareas.repository.js';

/** The rules of tareas: who may see and change what, legal estados, versions. Publishes the domain events. */
@Injectable()
export class TareasService {
  constructor(
    private readonly repository: TareasRepository,
    private readonly lists: TareasListRepository,
    private readonly usuarios: UsuariosService,
    private readonly idempotency: IdempotencyService,
    private readonly bus: DomainEventBus,
  ) {}

  async list(principal: Principal, listing: TareaListing): Promise<Tarea[]> {
    if (hasRole(principal, 'supervisor')) return this.lists.list(listing);
    const { filter } = listing;
    if (filter.delegadoUsuarioId !== undefined && filter.delegadoUsuarioId !== principal.id) {
      throw new Problem('FORBIDDEN', 'You may list your own tareas only');
    }
    return this.lists.list({ ...listing, filter: { ...filter, delegadoUsuarioId: principal.id } });
  }

  /** A tarea of others is as good as none to a usuario. */
  async find(principal: Principal, id: number): Promise<Tarea> {
    const tarea = await this.repository.find(id);
    return visible(principal, tarea, id);
  }

  /** @param key the caller's `Idempotency-Key`: the same one gets the same answer */
  async create(
    principal: Principal,
    dto: CreateTareaDto,
    key: string | undefined,
  ): Promise<Created<TareaDto>> {
    const request = { usuarioId: principal.id, operation: 'createTarea', key, body: dto };
    return this.writing((tx, record) =>
      this.idempotency.once(tx, request, async () => {
        const tarea = await this.insert(tx, principal, dto);
        record({
          name: 'tarea.created',
          data: { tareaId: tarea.id, delegadoUsuarioId: tarea.delegadoUsuarioId },
        });
        return presentTarea(tarea);
      }),
    );
  }

  private async insert(tx: Db, principal: Principal, dto: CreateTareaDto): Promise<Tarea> {
    await this.requireUsuario(tx, dto.delegado_usuario_id);
    return this.repository.insert(tx, {
      codigo: dto.codigo ?? newCodigo(),
      titulo: dto.titulo,
      descripcion: dto.descripcion ?? null,
      tipo: dto.tipo,
      prioridad: dto.prioridad,
      inicioProgramado: dto.inicio_programado,
      finProgramado: dto.fin_programado ?? null,
      delegadoUsuarioId: dto.delegado_usuario_id,
      creadoPorUsuarioId: principal.id,
    });
  }

  /** @param ifMatch the `If-Match` header, which is compared before `version` is */
  async update(
    principal: Principal,
    id: number,
    dto: UpdateTareaDto,
    ifMatch?: string,
  ): Promise<Tarea> {
    return this.writing(async (tx, record) => {
      const before = visible(principal, await this.repository.findForUpdate(tx, id), id);
      requireMayChange(principal, dto);
      requireMatch(before, ifMatch);
      if (dto.version !== undefined && dto.version !== before.version) {
        throw new Problem(
          'TAREA_VERSION_CONFLICT',
          `You saw version ${String(dto.version)}, the tarea is at version ${String(before.version)}`,
        );
      }
      const change = changeOf(before, dto);
      if (Object.keys(change).length === 0) return before;
      // One who stays may have been deleted meanwhile: a form is saved with what was read.
      if (dto.delegado_usuario_id !== undefined && 'delegadoUsuarioId' in change) {
        await this.requireUsuario(tx, dto.delegado_usuario_id);
      }
      const after = await this.repository.update(tx, id, change);
      record(...eventsOf(before, after));
      return after;
    });
  }

  async remove(principal: Principal, id: number, ifMatch?: string): Promise<void> {
    await this.writing(async (tx, record) => {
      const tarea = visible(principal, await this.repository.findForUpdate(tx, id), id);
      if (!hasRole(principal, 'supervisor')) {
        throw new Problem('FORBIDDEN', 'Only a supervisor or an admin may delete tareas');
      }
      requireMatch(tarea, ifMatch);
      await this.repository.softDelete(tx, id);
      record({
        name: 'tarea.deleted',
        data: { tareaId: id, delegadoUsuarioId: tarea.delegadoUsuarioId },
      });
    });
  }

  /** Looks inside the write's transaction, which keeps the usuario from being deleted meanwhile. */
  private async requireUsuario(tx: Db, id: number): Promise<void> {
    if (!(await this.usuarios.findActive(id, tx))) {
      throw new Problem('USUARIO_NOT_FOUND', `delegado_usuario_id ${String(id)} is no usuario`);
    }
  }

  /** A transaction with events, in which the database's refusals become problems. */
  private async writing<T>(work: Parameters<typeof this.bus.transaction<T>>[0]): Promise<T> {
    try {
      return await this.bus.transaction(work);
    } catch (error) {
      switch (violatedConstraint(error)) {
        case 'tareas_codigo_unique':
          throw new Problem('TAREA_CODIGO_DUPLICATE', 'Another tarea has this codigo', {
            cause: error,
          });
        case 'tareas_programado_order':
          throw new Problem(
            'TAREA_DATES_INVALID',
            'fin_programado must not be before inicio_programado',
            {
              cause: error,
              errors: [
                { field: 'fin_programado', message: 'must not be before inicio_programado' },
              ],
            },
          );
        default:
          throw error;
      }
    }
  }
}

/** @throws Problem TAREA_NOT_FOUND for none, and alike for one that is not the caller's to see */
function visible(principal: Principal, tarea: Tarea | undefined, id: number): Tarea {
  const own = tarea?.delegadoUsuarioId === principal.id;
  if (tarea && (own || hasRole(principal, 'supervisor'))) return tarea;
  throw new Problem('TAREA_NOT_FOUND', `There is no tarea ${String(id)}`);
}

/** @throws Problem PRECONDITION_FAILED */
function requireMatch(tarea: Tarea, ifMatch: string | undefined): void {
  if (ifMatch === undefined || matchesStrongEtag(ifMatch, tareaEtag(presentTarea(tarea)))) return;
  throw new Problem(
    'PRECONDITION_FAILED',
    'The tarea is no longer what If-Match names: read it anew',
  );
}

/** Supervisors and admins change everything, the delegado only `estado`. */
function requireMayChange(principal: Principal, dto: UpdateTareaDto): void {
  if (hasRole(principal, 'supervisor')) return;
  const { estado: _estado, version: _version, ...rest } = dto;
  if (Object.values(rest).every((value) => value === undefined)) return;
  throw new Problem('FORBIDDEN', 'As a usuario you may change the estado of your own tareas only');
}

/** The columns that really differ; moving the estado brings its dates along. */
function changeOf(before: Tarea, dto: UpdateTareaDto): TareaChange {
  const wanted = {
    titulo: dto.titulo,
    descripcion: dto.descripcion,
    tipo: dto.tipo,
    prioridad: dto.prioridad,
    inicioProgramado: dto.inicio_programado,
    finProgramado: dto.fin_programado,
    delegadoUsuarioId: dto.delegado_usuario_id,
  };
  const change: TareaChange = Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) => value !== undefined && !same(value, before[name as keyof typeof wanted]),
    ),
  );
  if (dto.estado === undefined || dto.estado === before.estado) return change;
  if (!canMove(before.estado, dto.estado)) {
    const allowed = movesFrom(before.estado);
    throw new Problem(
      'TAREA_ESTADO_INVALIDO',
      `A tarea that is ${before.estado} cannot become ${dto.estado}` +
        (allowed.length > 0 ? `, only ${allowed.join(' or ')}` : ', it is final'),
    );
  }
  change.estado = dto.estado;
  if (dto.estado === 'en_curso' && before.inicioReal === null) change.inicioReal = sql`now()`;
  // The clocks of two database hosts may differ: an end is never before its start.
  if (dto.estado === 'finalizada') change.finReal = sql`greatest(now(), ${tareas.inicioReal})`;
  return change;
}

function same(a: unknown, b: unknown): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;
}

/** One change may be several events: each states one fact. */
function eventsOf(before: Tarea, after: Tarea): DomainEvent[] {
  const { id: tareaId, delegadoUsuarioId } = after;
  const events: DomainEvent[] = [];
  if (before.delegadoUsuarioId !== delegadoUsuarioId) {
    events.push({
      name: 'tarea.reassigned',
      data: { tareaId, fromUsuarioId: before.delegadoUsuarioId, toUsuarioId: delegadoUsuarioId },
    });
  }
  if (before.estado !== after.estado) {
    events.push({
      name: 'tarea.status_changed',
      data: { tareaId, delegadoUsuarioId, from: before.estado, to: after.estado },
    });
  }
  if (events.length === 0)
    events.push({ name: 'tarea.updated', data: { tareaId, delegadoUsuarioId } });
  return events;
}

const CODIGO_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `T-` and 50 random bits without letters that read like digits; the database guards uniqueness. */
function newCodigo(): string {
  let codigo = 'T-';
  for (let i = 0; i < 10; i += 1)
    codigo += CODIGO_ALPHABET.charAt(randomInt(CODIGO_ALPHABET.length));
  return codigo;
}
