import { hasRole } from '../auth/role.js';
import type { Principal } from '../auth/principal.js';
import { Problem } from '../problems/problem.js';
import type { UpdateUsuarioDto } from './dto/update-usuario.dto.js';

/** What every usuario may change of their own; the rest is for admins. */
const CONTACT_FIELDS: ReadonlySet<string> = new Set<keyof UpdateUsuarioDto>([
  'email',
  'telefono',
  'password',
  'current_password',
]);

/**
 * Admits admins for every usuario, and others for themselves.
 * @throws Problem FORBIDDEN, also for an id that does not exist: only admins learn that
 */
export function assertSelfOrAdmin(actor: Principal, usuarioId: number): void {
  if (actor.id !== usuarioId && !hasRole(actor, 'admin')) {
    throw new Problem('FORBIDDEN', 'Only an admin may look at or change another usuario');
  }
}

/**
 * Beyond `assertSelfOrAdmin`: a usuario who is no admin changes their own contact data only, and a change
 * of one's own password or e-mail needs the current password.
 * @throws Problem FORBIDDEN with the fields that are not theirs
 * @throws Problem VALIDATION_FAILED when `current_password` is missing, or sent for another usuario
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
  if (actor.id !== usuarioId) {
    if (changes.current_password === undefined) return;
    throw currentPasswordProblem('is for changes of your own usuario only');
  }
  const login = changesOwnLogin(actor, changes);
  if (login !== undefined && changes.current_password === undefined) {
    throw currentPasswordProblem(`is needed to change your own ${login}`);
  }
}

/**
 * What of the own login a change is about, if anything. An admin, too, proves to know the password:
 * an open screen is not enough. An e-mail that stays as it is, as in a form that is saved, is none.
 */
function changesOwnLogin(
  actor: Principal,
  { password, email }: UpdateUsuarioDto,
): 'password' | 'e-mail' | undefined {
  if (password !== undefined) return 'password';
  return email !== undefined && email !== actor.email ? 'e-mail' : undefined;
}

/** A 400 and not a 401: clients answer a 401 by renewing their tokens and trying again. */
export function currentPasswordProblem(message: string): Problem {
  return new Problem('VALIDATION_FAILED', `current_password ${message}`, {
    errors: [{ field: 'current_password', message }],
  });
}
