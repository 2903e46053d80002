import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem, type FieldError } from '../problems/problem.js';

/** Nest's own would turn `1e3` and `0x10` in a path into numbers before any other pipe sees them. */
class ExplicitValidationPipe extends ValidationPipe {
  protected override transformPrimitive(value: unknown): unknown {
    return value;
  }
}

/**
 * Checks bodies and queries against their DTO: unknown names are refused, nothing is converted
 * implicitly (a DTO that wants a number out of a query says so itself).
 */
export const validationPipe = new ExplicitValidationPipe({
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  transform: true,
  transformOptions: { enableImplicitConversion: false },
  exceptionFactory: (errors) => validationProblem(errors),
});

function validationProblem(errors: readonly ValidationError[]): Problem {
  const fields = errors.flatMap((error) => fieldErrors(error, ''));
  const [first] = fields;
  return new Problem(
    'VALIDATION_FAILED',
    first ? `${first.field} ${first.message}` : 'The request is not valid',
    { errors: fields },
  );
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message:
      rule === 'whitelistValidation' ? 'is not a known name' : withoutName(message, error.property),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, field))];
}

/** class-validator starts its sentences with the property; here the field already says it. */
function withoutName(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
