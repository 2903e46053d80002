import { Injectable, type PipeTransform } from '@nestjs/common';
import { Problem } from '../problems/problem.js';

const MAX_ID = 2_147_483_647;

/** The schema of such an id. */
export const PATH_ID = {
  type: 'integer',
  format: 'int32',
  minimum: 1,
  maximum: MAX_ID,
} as const;

/**
 * Reads an id out of the path: plain decimal digits, 1 to 2 147 483 647.
 * @throws Problem VALIDATION_FAILED otherwise.
 */
export function parseId(text: unknown, field = 'id'): number {
  const id = typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : NaN;
  if (!(id <= MAX_ID)) {
    throw new Problem(
      'VALIDATION_FAILED',
      `${field} must be a whole number from 1 to ${String(MAX_ID)}`,
      {
        errors: [{ field, message: `must be a whole number from 1 to ${String(MAX_ID)}` }],
      },
    );
  }
  return id;
}

/** `@Param('id', IdPipe)`: see `parseId`. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, number> {
  transform(value: unknown, metadata: { data?: string | undefined }): number {
    return parseId(value, metadata.data);
  }
}
