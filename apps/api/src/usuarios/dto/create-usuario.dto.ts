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
  @ApiProperty({ example: '30123456' })
  @DniField()
  dni!: string;

  @ApiProperty({ example: 'Lucía' })
  @NameField()
  nombre!: string;

  @ApiProperty({ example: 'Ferreyra' })
  @NameField()
  apellido!: string;

  @ApiProperty({ example: 'lucia.ferreyra@gad.local' })
  @EmailAddress()
  email!: string;

  @ApiProperty({ example: 'tormenta-de-verano' })
  @NewPasswordField()
  password!: string;

  @ApiPropertyOptional({
    nullable: true,
    example: '+54 11 5555-0101',
  })
  @IsOptional()
  @TelefonoField()
  telefono?: string | null;

  @ApiPropertyOptional({ enum: ROLES, default: 'usuario', example: 'usuario' })
  @MayBeAbsent()
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  rol?: Rol;
}
