import { ApiProperty } from '@nestjs/swagger';
import { ApiNextCursor } from '../../openapi/api-fields.js';
import { UsuarioDto, UsuarioSummaryDto } from './usuario.dto.js';

class NextCursor {
  @ApiNextCursor()
  next_cursor!: string | null;
}

/** For admins. */
export class UsuarioPageDto extends NextCursor {
  @ApiProperty({ type: [UsuarioDto] })
  items!: UsuarioDto[];
}

/** For supervisors. */
export class UsuarioSummaryPageDto extends NextCursor {
  @ApiProperty({ type: [UsuarioSummaryDto] })
  items!: UsuarioSummaryDto[];
}
