import { ApiProperty } from '@nestjs/swagger';

/** What a field of an answer has beside its kind. */
interface Rest {
  readonly description?: string;
  readonly nullable?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: boolean;
}

const INT32 = { type: 'integer', format: 'int32' } as const;
const INT64 = { type: 'integer', format: 'int64' } as const;

/** The id of a usuario. */
export const ApiUsuarioId = (example = 2, rest: Rest = {}): PropertyDecorator =>
  ApiProperty({ ...INT32, minimum: 1, example, ...rest });

/** The id of a tarea. */
export const ApiTareaId = (): PropertyDecorator =>
  ApiProperty({ ...INT64, minimum: 1, example: 12 });

/** A small whole number, 0 or more unless it says otherwise. */
export const ApiInteger = (example: number, rest: Rest = {}): PropertyDecorator =>
  ApiProperty({ ...INT32, minimum: 0, example, ...rest });

/** How many, how long or how large: a whole number without a bound, 0 or more. */
export const ApiCount = (example: number | null, rest: Rest = {}): PropertyDecorator =>
  ApiProperty({ ...INT64, minimum: 0, example, ...rest });

/** A number with decimals, 0 or more. */
export const ApiDecimal = (example: number, rest: Rest = {}): PropertyDecorator =>
  ApiProperty({ type: 'number', format: 'double', minimum: 0, example, ...rest });

/** A point in time, in UTC with milliseconds. */
export const ApiInstant = (
  example: string | null = '2026-01-01T12:00:00.000Z',
  rest: Rest = {},
): PropertyDecorator => ApiProperty({ type: 'string', format: 'date-time', example, ...rest });

export const ApiUuid = (): PropertyDecorator =>
  ApiProperty({
    type: 'string',
    format: 'uuid',
    example: '5f0c5a0e-6f3c-4f7b-9a54-0c9a3a7c1d11',
  });

/** Where the next page begins. */
export const ApiNextCursor = (): PropertyDecorator =>
  ApiProperty({
    type: String,
    nullable: true,
    maxLength: 1024,
    example: null,
    description: 'For `cursor`; `null` on the last page',
  });
