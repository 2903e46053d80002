import { violatedConstraint } from '../database/constraint.js';
import { Problem } from '../problems/problem.js';

const FIELD_BY_CONSTRAINT: Readonly<Record<string, string>> = {
  usuarios_email_live: 'email',
  usuarios_dni_live: 'dni',
};

/**
 * Runs a write and names the field when another usuario has its value already. The unique index
 * decides, not a query before: two requests at the same moment cannot both pass.
 * @throws Problem USUARIO_DUPLICATE; every other error untouched
 */
export async function rejectingDuplicates<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const field = FIELD_BY_CONSTRAINT[violatedConstraint(error) ?? ''];
    if (field === undefined) throw error;
    throw new Problem('USUARIO_DUPLICATE', `Another usuario has this ${field}`, {
      errors: [{ field, message: 'is taken by another usuario' }],
      cause: error,
    });
  }
}
