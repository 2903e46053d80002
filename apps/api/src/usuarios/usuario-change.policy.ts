import { hasRole } from '../auth/role.js';
import type { Principal } from '../auth/principal.js';
import { Problem } from '../problems/problem.js';
import type { UpdateUsuarioDto } from './dto/update-usuario.dto.js';

/** What everybody may change about themselves; the rest is the admin's. */
const CONTACT_FIELDS: ReadonlySet<string> = new Set<keyof UpdateUsuarioDto>([
  'email',
  'telefono',
  'password',
  'current_password',
]);

/**
 * Lets admins at everybody and others at themselves.
 * @throws Problem FORBIDDEN, also for an id that does not exist: only admins learn that
 */
export function assertSelfOrAdmin(actor: Principal, usuarioId: number): void {
  if (actor.id !== usuarioId && !hasRole(actor, 'admin')) {
    throw new Problem('FORBIDDEN', 'Only an admin may look at or change another usuario');
  }
}

/**
 * Beyond `assertSelfOrAdmin`: others than admins change their own contact data only.
 * @throws Problem FORBIDDEN with the fields that are not theirs
 * @throws Problem VALIDATION_FAILED when an own password is changed without the current one
 */
export function assertMayChange(
  actor: Principal,
  usuarioId: number,
  changes: UpdateUsuarioDto,
): void {
  assertSelfOrAdmin(actor, usuarioId);
  const named = Object.entries(changes).flatMap(([field, value]) =>
    value === undefined ? [] : [field],
  );
  const foreign = named.filter((field) => !CONTACT_FIELDS.has(field));
  if (foreign.length > 0 && !hasRole(actor, 'admin')) {
    throw new Problem('FORBIDDEN', `Only an admin may change ${foreign.join(', ')}`);
  }
  if (changesOwnPassword(actor, usuarioId, changes) && changes.current_password === undefined) {
    throw currentPasswordProblem('is needed to change your own password');
  }
}

/** An admin, too, proves to know the old password: an open screen is not enough. */
export function changesOwnPassword(
  actor: Principal,
  usuarioId: number,
  changes: UpdateUsuarioDto,
): boolean {
  return actor.id === usuarioId && changes.password !== undefined;
}

/** A 400 and not a 401: clients answer a 401 by renewing their tokens and trying again. */
export function currentPasswordProblem(message: string): Problem {
  return new Problem('VALIDATION_FAILED', `current_password ${message}`, {
    errors: [{ field: 'current_password', message }],
  });
}
