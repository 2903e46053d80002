import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, MaxLength } from 'class-validator';

/** RFC 5321: the longest address that mail can be sent to. */
export const MAX_EMAIL_LENGTH = 254;

/**
 * An e-mail address in a body, brought into the one form that is stored and compared: trimmed,
 * lower case. Two spellings of one address are one usuario.
 */
export function EmailAddress(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', format: 'email', maxLength: MAX_EMAIL_LENGTH }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.trim().normalize('NFC').toLowerCase() : value,
    ),
    MaxLength(MAX_EMAIL_LENGTH, {
      message: `must be at most ${MAX_EMAIL_LENGTH} characters long`,
    }),
    IsEmail({}, { message: 'must be an e-mail address' }),
  );
}
