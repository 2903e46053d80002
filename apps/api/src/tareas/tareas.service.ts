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
import { Problem } from '../problems/problem.js';
import { UsuariosService } from '../usuarios/usuarios.service.js';
import { canMove, movesFrom } from './estado-machine.js';
import type { CreateTareaDto, UpdateTareaDto } from './tarea.dto.js';
import {
  TareasRepository,
  type Tarea,
  type TareaChange,
  type TareaFilter,
} from './tareas.repository.js';

/** The rules of tareas: who may see and change what, legal estados, versions; tells the bus what happened. */
@Injectable()
export class TareasService {
  constructor(
    private readonly repository: TareasRepository,
    private readonly usuarios: UsuariosService,
    private readonly bus: DomainEventBus,
  ) {}

  async list(principal: Principal, filter: TareaFilter, limit: number): Promise<Tarea[]> {
    if (hasRole(principal, 'supervisor')) return this.repository.list(filter, limit);
    if (filter.delegadoUsuarioId !== undefined && filter.delegadoUsuarioId !== principal.id) {
      throw new Problem('FORBIDDEN', 'You may list your own tareas only');
    }
    return this.repository.list({ ...filter, delegadoUsuarioId: principal.id }, limit);
  }

  async find(principal: Principal, id: number): Promise<Tarea> {
    const tarea = found(await this.repository.find(id), id);
    if (tarea.delegadoUsuarioId !== principal.id && !hasRole(principal, 'supervisor')) {
      throw new Problem('FORBIDDEN', 'You may see your own tareas only');
    }
    return tarea;
  }

  async create(principal: Principal, dto: CreateTareaDto): Promise<Tarea> {
    return this.writing(async (tx, record) => {
      await this.requireUsuario(tx, dto.delegado_usuario_id);
      const tarea = await this.repository.insert(tx, {
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
      record({
        name: 'tarea.created',
        data: { tareaId: tarea.id, delegadoUsuarioId: tarea.delegadoUsuarioId },
      });
      return tarea;
    });
  }

  async update(principal: Principal, id: number, dto: UpdateTareaDto): Promise<Tarea> {
    return this.writing(async (tx, record) => {
      const before = found(await this.repository.findForUpdate(tx, id), id);
      requireMayChange(principal, before, dto);
      if (dto.version !== undefined && dto.version !== before.version) {
        throw new Problem(
          'TAREA_VERSION_CONFLICT',
          `You saw version ${String(dto.version)}, the tarea is at version ${String(before.version)}`,
        );
      }
      const change = changeOf(before, dto);
      if (Object.keys(change).length === 0) return before;
      if (dto.delegado_usuario_id !== undefined)
        await this.requireUsuario(tx, dto.delegado_usuario_id);
      const after = await this.repository.update(tx, id, change);
      record(...eventsOf(before, after));
      return after;
    });
  }

  async remove(id: number): Promise<void> {
    await this.writing(async (tx, record) => {
      const tarea = found(await this.repository.findForUpdate(tx, id), id);
      await this.repository.update(tx, id, { deletedAt: sql`now()` });
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

function found(tarea: Tarea | undefined, id: number): Tarea {
  if (!tarea) throw new Problem('TAREA_NOT_FOUND', `There is no tarea ${String(id)}`);
  return tarea;
}

/** Supervisors and admins change everything, the delegado only `estado`. */
function requireMayChange(principal: Principal, tarea: Tarea, dto: UpdateTareaDto): void {
  if (hasRole(principal, 'supervisor')) return;
  const { estado: _estado, version: _version, ...rest } = dto;
  const others = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (tarea.delegadoUsuarioId !== principal.id || others.length > 0) {
    throw new Problem(
      'FORBIDDEN',
      'As a usuario you may change the estado of your own tareas only',
    );
  }
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

/** One change may be several events: each tells one thing. */
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
