import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Length, Matches } from 'class-validator';

/** All control characters, C1 included, but tabs and the line breaks of ASCII. */
const NO_CONTROLS = /^(?:[\t\n\r]|\P{Cc})*$/u;
/** No control character, and none of Unicode's other line breaks. */
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u;
/** Embeddings, overrides and isolates: they show a text, and what stands beside it, in another order. */
const NO_REORDERING = /^[^\u202a-\u202e\u2066-\u2069]*$/;
/** Neither default-ignorable (the Hangul fillers are letters) nor the empty Braille pattern. */
const VISIBLE = /(?![\p{DI}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

/** Texts are kept composed (NFC), so that one spelling is one text. */
const tidy = (text: string): string => text.trim().normalize('NFC');

function text(min: number, max: number, read: (value: string) => string): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? read(value) : value)),
    AsIs(min, max),
    Matches(NO_REORDERING, { message: 'must not contain characters that reorder text' }),
  );
}

/** Several lines of text, `min` to `max` characters after trimming. */
export function Text(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    text(min, max, tidy),
    Matches(NO_CONTROLS, { message: 'must not contain control characters' }),
  );
}

/** One line with something to see in it, `min` to `max` characters after trimming. */
export function Line(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    // Trimming would take line breaks at the ends off unseen.
    text(min, max, (value) => (ONE_LINE.test(value) ? tidy(value) : value)),
    Matches(ONE_LINE, { message: 'must be a single line without control characters' }),
    Matches(VISIBLE, { message: 'must contain something visible' }),
  );
}

/** A text that is taken as it is, such as a password; and its schema. */
export function AsIs(min: number, max: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'string', minLength: min, maxLength: max }),
    IsString({ message: 'must be text' }),
    Length(min, max, { message: `must be ${String(min)} to ${String(max)} characters long` }),
  );
}

/** What a list is searched for: a short line, taken as it stands, case and accents aside. */
export const SearchText = (): PropertyDecorator => Line(1, 100);
