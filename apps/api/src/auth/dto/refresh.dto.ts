import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

export class RefreshDto {
  @ApiProperty({
    example: 'mB0zV5kq2yqv2b6C4tC0bZ1H8l5Yw3m9x7R2s6T4u8E',
    minLength: 1,
    maxLength: 512,
  })
  @IsString({ message: 'must be text' })
  @Length(1, 512, { message: 'must be 1 to 512 characters long' })
  refresh_token!: string;
}
