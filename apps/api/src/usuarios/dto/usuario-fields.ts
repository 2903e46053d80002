import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Matches, ValidateIf } from 'class-validator';
import { AsIs, Line } from '../../validation/text.decorator.js';

/** May be left out; unlike with `@IsOptional()`, `null` is not the same as left out. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}

/** Stored in one form (`canonicalDni`): how it was punctuated is no part of it. */
export function DniField(): PropertyDecorator {
  return applyDecorators(
    Line(1, 20),
    ApiProperty({ pattern: '^[A-Za-z0-9.-]+$' }),
    Transform(({ value }: { value: unknown }) =>
      // Of ASCII only: `ß` would become two letters that it is not.
      typeof value === 'string' && /^ *[A-Za-z0-9.-]+ *$/.test(value)
        ? canonicalDni(value.trim())
        : value,
    ),
    Matches(/^[A-Z0-9]+$/, { message: 'must be made of A-Z a-z 0-9 - .' }),
  );
}

/**
 * `30.123.456` and `30123456` are one DNI, as are `m-12` and `M12`; a number has no leading zeros.
 * The database's function `canonical_dni` says the same.
 */
export function canonicalDni(dni: string): string {
  const plain = dni.replaceAll(/[.-]/g, '').toUpperCase();
  return /^\d+$/.test(plain) ? plain.replace(/^0+(?=\d)/, '') : plain;
}

/** A nombre or apellido. */
export function NameField(): PropertyDecorator {
  return Line(1, 100);
}

const TELEFONO = /^\+?[ ()./-]*\d[\d ()./-]*$/;

/** Punctuated as people do it; at least one digit, nothing dialled is checked. */
export function TelefonoField(): PropertyDecorator {
  const message = 'must be made of digits, blanks and ( ) . - / after an optional +';
  return applyDecorators(
    Line(6, 30),
    ApiProperty({ pattern: TELEFONO.source }),
    Matches(TELEFONO, { message }),
  );
}

/** A new password: never trimmed. That it is no common one is checked with the e-mail (`passwordFlaw`). */
export function NewPasswordField(): PropertyDecorator {
  return applyDecorators(ApiProperty({ format: 'password' }), AsIs(10, 128));
}
