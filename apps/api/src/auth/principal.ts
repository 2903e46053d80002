import type { Rol } from '../database/schema.js';

/** Who is calling, as far as permissions go. */
export interface Caller {
  readonly id: number;
  readonly rol: Rol;
  /** The login behind the access token (its `sid`): what logging out revokes. */
  readonly sesionId: string;
}

/** Who is calling, as the database knew it when this very request was authenticated. */
export interface Principal extends Caller {
  readonly email: string;
  readonly nombre: string;
  readonly apellido: string;
}
