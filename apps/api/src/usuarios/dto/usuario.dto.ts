import { ApiProperty, PickType } from '@nestjs/swagger';
import { ROLES, type Rol } from '../../database/schema.js';
import type { Usuario } from '../usuarios.repository.js';

export class UsuarioDto {
  @ApiProperty({ example: 4 })
  id!: number;

  @ApiProperty({ example: '5b0b1a3e-7f0e-4f43-9f0a-0d9c3b1d7a55', format: 'uuid' })
  uuid!: string;

  @ApiProperty({ example: '30123456' })
  dni!: string;

  @ApiProperty({ example: 'Lucía' })
  nombre!: string;

  @ApiProperty({ example: 'Ferreyra' })
  apellido!: string;

  @ApiProperty({ example: 'lucia.ferreyra@gad.local' })
  email!: string;

  @ApiProperty({ type: String, nullable: true, example: '+54 11 5555-0101' })
  telefono!: string | null;

  @ApiProperty({ enum: ROLES, example: 'usuario' })
  rol!: Rol;

  @ApiProperty({ example: false })
  verificado!: boolean;

  @ApiProperty({ example: '2026-01-01T12:00:00.000Z', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ example: '2026-01-01T12:00:00.000Z', format: 'date-time' })
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
