import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches, ValidateIf } from 'class-validator';
import { Text } from '../../validation/text.decorator.js';

/** May be left out; unlike with `@IsOptional()`, `null` is not the same as left out. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}

export function DniField(): PropertyDecorator {
  const message = 'must be made of A-Z a-z 0-9 - .';
  return applyDecorators(
    Text(1, 20),
    ApiProperty({ pattern: '^[A-Za-z0-9.-]+$' }),
    Matches(/^[A-Za-z0-9.-]*$/, { message }),
  );
}

/** A nombre or apellido: one line of text. */
export function NameField(): PropertyDecorator {
  return applyDecorators(
    Text(1, 100),
    Matches(/^[^\t\r\n]*$/, { message: 'must be a single line' }),
  );
}

const TELEFONO = /^\+?[ ()./-]*\d[\d ()./-]*$/;

/** Punctuated as people do it; at least one digit, nothing dialled is checked. */
export function TelefonoField(): PropertyDecorator {
  const message = 'must be made of digits, blanks and ( ) . - / after an optional +';
  return applyDecorators(
    Text(6, 30),
    ApiProperty({ pattern: TELEFONO.source }),
    Matches(TELEFONO, { message }),
  );
}

/** A new password: never trimmed. That it is no common one is checked with the e-mail (`passwordFlaw`). */
export function NewPasswordField(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', format: 'password', minLength: 10, maxLength: 128 }),
    IsString({ message: 'must be text' }),
    Length(10, 128, { message: 'must be 10 to 128 characters long' }),
  );
}
