import { ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsBoolean, IsString, Length } from 'class-validator';
import { CreateUsuarioDto } from './create-usuario.dto.js';
import { MayBeAbsent } from './usuario-fields.js';

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
  @IsString({ message: 'must be text' })
  @Length(1, 128, { message: 'must be 1 to 128 characters long' })
  current_password?: string;
}
