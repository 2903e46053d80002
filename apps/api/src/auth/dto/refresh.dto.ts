import { ApiProperty } from '@nestjs/swagger';
import { AsIs } from '../../validation/text.decorator.js';

export class RefreshDto {
  @ApiProperty({ example: 'mB0zV5kq2yqv2b6C4tC0bZ1H8l5Yw3m9x7R2s6T4u8E' })
  @AsIs(1, 512)
  refresh_token!: string;
}
