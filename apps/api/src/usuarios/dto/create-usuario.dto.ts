import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { EmailAddress } from '../../auth/email-address.decorator.js';
import { ROLES, type Rol } from '../../database/schema.js';
import {
  DniField,
  MayBeAbsent,
  NameField,
  NewPasswordField,
  TelefonoField,
} from './usuario-fields.js';

export class CreateUsuarioDto {
  @ApiProperty({ example: '30123456', minLength: 1, maxLength: 20, pattern: '^[A-Za-z0-9.-]+$' })
  @DniField()
  dni!: string;

  @ApiProperty({ example: 'Lucía', minLength: 1, maxLength: 100 })
  @NameField()
  nombre!: string;

  @ApiProperty({ example: 'Ferreyra', minLength: 1, maxLength: 100 })
  @NameField()
  apellido!: string;

  @ApiProperty({ example: 'lucia.ferreyra@gad.local', format: 'email', maxLength: 254 })
  @EmailAddress()
  email!: string;

  @ApiProperty({ example: 'tormenta-de-verano', minLength: 10, maxLength: 128 })
  @NewPasswordField()
  password!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '+54 11 5555-0101',
    minLength: 6,
    maxLength: 30,
  })
  @IsOptional()
  @TelefonoField()
  telefono?: string | null;

  @ApiPropertyOptional({ enum: ROLES, default: 'usuario', example: 'usuario' })
  @MayBeAbsent()
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  rol?: Rol;
}
