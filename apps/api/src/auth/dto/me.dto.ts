import { ApiProperty } from '@nestjs/swagger';
import { ApiUsuarioId } from '../../openapi/api-fields.js';
import { ROLES, type Rol } from '../../database/schema.js';

export class MeDto {
  @ApiUsuarioId()
  id!: number;

  @ApiProperty({ example: 'usuario@gad.local' })
  email!: string;

  @ApiProperty({ example: 'Ulises' })
  nombre!: string;

  @ApiProperty({ example: 'Suárez' })
  apellido!: string;

  @ApiProperty({ enum: ROLES, example: 'usuario' })
  rol!: Rol;
}
