import {
  EVERY_PRINCIPAL_PATTERN,
  principalKey,
  usuarioPrincipalsPattern,
} from '../auth/principals/principal.cache.js';
import type { DomainEvent, DomainEventName, DomainEvents } from '../events/domain-events.js';
import { EVERY_STATISTICS_PATTERN, userStatisticsPattern } from '../statistics/statistics.cache.js';

type StalePatterns<Name extends DomainEventName> = (event: DomainEvents[Name]) => readonly string[];

/**
 * THE table: domain event → patterns of the cache keys that it makes stale. A new event does not
 * compile without a row here; an event that makes nothing stale says so.
 */
export const INVALIDATION_MAP: { readonly [Name in DomainEventName]: StalePatterns<Name> } = {
  'tarea.created': (e) => [userStatisticsPattern(e.delegadoUsuarioId)],
  'tarea.updated': (e) => [userStatisticsPattern(e.delegadoUsuarioId)],
  'tarea.reassigned': (e) => [
    userStatisticsPattern(e.fromUsuarioId),
    userStatisticsPattern(e.toUsuarioId),
  ],
  'tarea.status_changed': (e) => [userStatisticsPattern(e.delegadoUsuarioId)],
  'tarea.deleted': (e) => [userStatisticsPattern(e.delegadoUsuarioId)],
  'tareas.loaded': () => [EVERY_STATISTICS_PATTERN],
  // The absence of a usuario is cached, and so is what a deleted one had.
  'usuario.created': (e) => [userStatisticsPattern(e.usuarioId)],
  'usuario.deleted': (e) => [
    userStatisticsPattern(e.usuarioId),
    usuarioPrincipalsPattern(e.usuarioId),
  ],
  'usuario.updated': (e) => [usuarioPrincipalsPattern(e.usuarioId)],
  'usuario.role_changed': (e) => [usuarioPrincipalsPattern(e.usuarioId)],
  'sesion.ended': (e) => [principalKey(e.usuarioId, e.sesionId)],
  'sesion.renewed': (e) => [principalKey(e.usuarioId, e.sesionId)],
  'sesiones.ended': (e) => [usuarioPrincipalsPattern(e.usuarioId)],
  'principals.changed': (e) => [
    e.usuarioId === null ? EVERY_PRINCIPAL_PATTERN : usuarioPrincipalsPattern(e.usuarioId),
  ],
};

/** As the outbox of every version is read: an event that is not known here has no patterns. */
export function knownStalePatterns(event: DomainEvent): readonly string[] | undefined {
  return Object.hasOwn(INVALIDATION_MAP, event.name) ? stalePatterns(event) : undefined;
}

/** The patterns that one event makes stale. */
export function stalePatterns<Name extends DomainEventName>(event: {
  readonly name: Name;
  readonly data: DomainEvents[Name];
}): readonly string[] {
  return INVALIDATION_MAP[event.name](event.data);
}
