import { ApiProperty } from '@nestjs/swagger';
import { EmailAddress } from '../email-address.decorator.js';
import { AsIs } from '../../validation/text.decorator.js';

export class LoginDto {
  @ApiProperty({ example: 'usuario@gad.local', maxLength: 254 })
  @EmailAddress()
  email!: string;

  @ApiProperty({ example: 'gad-demo', minLength: 1, maxLength: 128 })
  @AsIs(1, 128)
  password!: string;
}
