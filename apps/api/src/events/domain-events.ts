import type { Estado, Rol } from '../database/schema.js';

/**
 * What has happened, in the past tense, with just enough data for the listeners. Events are appended to
 * the outbox by the transaction that they describe, and published after its commit.
 */
export interface DomainEvents {
  'tarea.created': { tareaId: number; delegadoUsuarioId: number };
  'tarea.updated': { tareaId: number; delegadoUsuarioId: number };
  'tarea.reassigned': { tareaId: number; fromUsuarioId: number; toUsuarioId: number };
  'tarea.status_changed': { tareaId: number; delegadoUsuarioId: number; from: Estado; to: Estado };
  'tarea.deleted': { tareaId: number; delegadoUsuarioId: number };
  /** Many tareas came or moved at once, past the services: demo data, a large set. */
  'tareas.loaded': { source: 'demo' | 'seed' };
  'usuario.created': { usuarioId: number };
  'usuario.updated': { usuarioId: number };
  'usuario.role_changed': { usuarioId: number; from: Rol; to: Rol };
  'usuario.deleted': { usuarioId: number };
  /** By logging out, by a refresh token that came back, or as the oldest of too many. */
  'sesion.ended': { usuarioId: number; sesionId: string };
  /** Its end has moved. */
  'sesion.renewed': { usuarioId: number; sesionId: string };
  /** All of a usuario's, or all but one. */
  'sesiones.ended': { usuarioId: number };
  /**
   * A role, a deletion or the end of a sesion was written: appended by triggers (migration 0010),
   * whichever program or person wrote it. `null`: any usuario's.
   */
  'principals.changed': { usuarioId: number | null };
}

/** The position in the outbox of the write that an event describes. */
export interface Written {
  readonly position: string;
  /** After the commit, by `performance.now()`. */
  readonly committedAt: number;
}

export type DomainEventName = keyof DomainEvents;

/** One event with its name: a discriminated union over `name`. */
export type DomainEvent = {
  [Name in DomainEventName]: { readonly name: Name; readonly data: Readonly<DomainEvents[Name]> };
}[DomainEventName];

/** An event as its listeners get it. */
export type PublishedEvent = DomainEvent & { readonly written: Written };
