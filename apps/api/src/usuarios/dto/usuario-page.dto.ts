import { ApiProperty } from '@nestjs/swagger';
import { UsuarioDto } from './usuario.dto.js';

export class UsuarioPageDto {
  @ApiProperty({ type: [UsuarioDto] })
  items!: UsuarioDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: '3tfJyPaPdXN1YXJpb3MKMjA',
    description: '`null` on the last page',
  })
  next_cursor!: string | null;
}
