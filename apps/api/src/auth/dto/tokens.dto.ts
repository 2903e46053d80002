import { ApiProperty } from '@nestjs/swagger';
import { ApiInteger } from '../../openapi/api-fields.js';

/** RFC 6749 §5.1. */
export class TokensDto {
  @ApiProperty({
    example: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzaWQiOiI…',
    description: 'Goes into `Authorization: Bearer …`',
  })
  access_token!: string;

  @ApiProperty({ example: 'Bearer', enum: ['Bearer'] })
  token_type!: 'Bearer';

  @ApiInteger(900, { minimum: 1, description: 'Seconds that the access token lasts' })
  expires_in!: number;

  @ApiProperty({
    example: 'mB0zV5kq2yqv2b6C4tC0bZ1H8l5Yw3m9x7R2s6T4u8E',
    description: 'Good for one `POST /auth/refresh`; using it twice ends the sesion',
  })
  refresh_token!: string;
}
