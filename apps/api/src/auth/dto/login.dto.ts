import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { EmailAddress } from '../email-address.decorator.js';

export class LoginDto {
  @ApiProperty({ example: 'usuario@gad.local', maxLength: 254 })
  @EmailAddress()
  email!: string;

  @ApiProperty({ example: 'gad-demo', minLength: 1, maxLength: 128 })
  @IsString({ message: 'must be text' })
  @Length(1, 128, { message: 'must be 1 to 128 characters long' })
  password!: string;
}
