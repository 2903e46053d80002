import type { Rol } from '../database/schema.js';

/** Who is calling, as the database knew it when this very request was authenticated. */
export interface Principal {
  readonly id: number;
  readonly email: string;
  readonly nombre: string;
  readonly apellido: string;
  readonly rol: Rol;
  /** The login behind the access token (its `sid`): what logging out revokes. */
  readonly sesionId: string;
}
