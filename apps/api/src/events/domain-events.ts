import type { Estado, Rol } from '../database/schema.js';

/**
 * What has happened, in the past tense, with just enough data for those who react.
 * Events are published after the commit of the write that they tell of.
 */
export interface DomainEvents {
  'tarea.created': { tareaId: number; delegadoUsuarioId: number };
  'tarea.updated': { tareaId: number; delegadoUsuarioId: number };
  'tarea.reassigned': { tareaId: number; fromUsuarioId: number; toUsuarioId: number };
  'tarea.status_changed': { tareaId: number; delegadoUsuarioId: number; from: Estado; to: Estado };
  'tarea.deleted': { tareaId: number; delegadoUsuarioId: number };
  'usuario.created': { usuarioId: number };
  'usuario.updated': { usuarioId: number };
  'usuario.role_changed': { usuarioId: number; from: Rol; to: Rol };
  'usuario.deleted': { usuarioId: number };
}

export type DomainEventName = keyof DomainEvents;

/** One event with its name: a discriminated union over `name`. */
export type DomainEvent = {
  [Name in DomainEventName]: { readonly name: Name; readonly data: Readonly<DomainEvents[Name]> };
}[DomainEventName];
