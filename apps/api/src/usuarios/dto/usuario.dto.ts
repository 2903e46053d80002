import { ApiProperty, PickType } from '@nestjs/swagger';
import { ApiInstant, ApiUsuarioId, ApiUuid } from '../../openapi/api-fields.js';
import { ROLES, type Rol } from '../../database/schema.js';
import type { Usuario } from '../usuarios.repository.js';

export class UsuarioDto {
  @ApiUsuarioId(4)
  id!: number;

  @ApiUuid()
  uuid!: string;

  @ApiProperty({ example: '30123456' })
  dni!: string;

  @ApiProperty({ example: 'Lucía' })
  nombre!: string;

  @ApiProperty({ example: 'Ferreyra' })
  apellido!: string;

  @ApiProperty({ example: 'lucia.ferreyra@gad.local', maxLength: 254 })
  email!: string;

  @ApiProperty({ type: String, nullable: true, example: '+54 11 5555-0101' })
  telefono!: string | null;

  @ApiProperty({ enum: ROLES, example: 'usuario' })
  rol!: Rol;

  @ApiProperty({ example: false })
  verificado!: boolean;

  @ApiInstant()
  created_at!: string;

  @ApiInstant()
  updated_at!: string;
}

/** What supervisors see of others: enough to choose a delegado. */
export class UsuarioSummaryDto extends PickType(UsuarioDto, [
  'id',
  'nombre',
  'apellido',
  'email',
  'rol',
] as const) {}

/** Names each field, so that a new column never leaves by itself. */
export function toUsuarioDto(usuario: Usuario): UsuarioDto {
  return {
    id: usuario.id,
    uuid: usuario.uuid,
    dni: usuario.dni,
    nombre: usuario.nombre,
    apellido: usuario.apellido,
    email: usuario.email,
    telefono: usuario.telefono,
    rol: usuario.rol,
    verificado: usuario.verificado,
    created_at: usuario.createdAt.toISOString(),
    updated_at: usuario.updatedAt.toISOString(),
  };
}

export function toUsuarioSummaryDto({
  id,
  nombre,
  apellido,
  email,
  rol,
}: Usuario): UsuarioSummaryDto {
  return { id, nombre, apellido, email, rol };
}
