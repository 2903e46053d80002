import type { Rol } from '../database/schema.js';

const LEVELS: Readonly<Record<Rol, number>> = { usuario: 1, supervisor: 2, admin: 3 };

/** Whether the holder has at least the role `minimum`: usuario < supervisor < admin. */
export function hasRole(holder: { readonly rol: Rol }, minimum: Rol): boolean {
  return LEVELS[holder.rol] >= LEVELS[minimum];
}
