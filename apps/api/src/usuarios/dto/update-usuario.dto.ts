import { ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { CreateUsuarioDto } from './create-usuario.dto.js';
import { MayBeAbsent } from './usuario-fields.js';
import { AsIs } from '../../validation/text.decorator.js';

/** Every field may be left out; only `telefono` may be `null` (which removes it). */
export class UpdateUsuarioDto extends PartialType(CreateUsuarioDto, { skipNullProperties: false }) {
  @ApiPropertyOptional({ example: true })
  @MayBeAbsent()
  @IsBoolean({ message: 'must be true or false' })
  verificado?: boolean;

  @ApiPropertyOptional({
    example: 'gad-demo',
    description: 'Needed to change the own password or e-mail',
    minLength: 1,
    maxLength: 128,
  })
  @MayBeAbsent()
  @AsIs(1, 128)
  current_password?: string;
}
