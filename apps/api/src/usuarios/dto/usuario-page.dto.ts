import { ApiProperty } from '@nestjs/swagger';
import { UsuarioDto, UsuarioSummaryDto } from './usuario.dto.js';

class NextCursor {
  @ApiProperty({
    type: String,
    nullable: true,
    example: '3tfJyPaPdXN1YXJpb3MKMjA',
    description: '`null` on the last page',
  })
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
