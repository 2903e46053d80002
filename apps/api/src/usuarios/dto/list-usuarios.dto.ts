import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { ROLES, type Rol } from '../../database/schema.js';
import { PageQueryDto } from '../../paging/page-query.dto.js';
import { SearchText } from '../../validation/text.decorator.js';

/** Only by what the reduced shape shows: a search must not reveal what the answer hides. */
export class ListUsuariosDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ROLES })
  @IsOptional()
  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  rol?: Rol;

  @ApiPropertyOptional({
    example: 'ferreyra',
    description: 'Part of `nombre apellido`, or of the e-mail',
  })
  @IsOptional()
  @SearchText()
  q?: string;
}
