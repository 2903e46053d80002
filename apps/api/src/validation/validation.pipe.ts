import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import * as classTransformer from 'class-transformer';
import * as classValidator from 'class-validator';
import { clip } from '../problems/clip.js';
import { MAX_FIELD_ERRORS, Problem, type FieldError } from '../problems/problem.js';

/**
 * Checks bodies and queries against their DTO: unknown names are refused, nothing is converted
 * implicitly (a DTO that wants a number out of a query says so itself).
 *
 * Names are looked at first, and no further than to a full list of errors: class-validator would
 * make an error object for each of thousands, and takes the names of `Object.prototype` for known.
 */
class ExplicitValidationPipe extends ValidationPipe {
  /** Nest's own would turn `1e3` and `0x10` in a path into numbers before any other pipe sees them. */
  protected override transformPrimitive(value: unknown): unknown {
    return value;
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    if (!metatype || !this.toValidate(metadata)) return super.transform(value, metadata);
    const given = value ?? {};
    if (!isObject(given)) {
      throw new Problem('VALIDATION_FAILED', `The ${type} must be a JSON object`);
    }
    refuse(unknownNames(given, namesOf(metatype)));
    if (type === 'query') refuse(repeatedNames(given));
    return super.transform(given, metadata);
  }
}

export const validationPipe = new ExplicitValidationPipe({
  // What Nest would load for itself may be a second copy, which knows no DTO.
  validatorPackage: classValidator,
  transformerPackage: classTransformer,
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  transform: true,
  transformOptions: { enableImplicitConversion: false },
  exceptionFactory: (errors) => validationProblem(errors.flatMap((error) => fieldErrors(error))),
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MAX_NAME = 64;

const namesByDto = new WeakMap<object, ReadonlySet<string>>();

function namesOf(dto: NonNullable<ArgumentMetadata['metatype']>): ReadonlySet<string> {
  let names = namesByDto.get(dto);
  if (names === undefined) {
    const rules = classValidator
      .getMetadataStorage()
      .getTargetValidationMetadatas(dto, '', true, false);
    names = new Set(rules.map(({ propertyName }) => propertyName));
    namesByDto.set(dto, names);
  }
  return names;
}

/** Below the first level only the names that class-transformer would drop without a word. */
function* unknownNames(
  value: object,
  known?: ReadonlySet<string>,
  parent = '',
): Generator<FieldError> {
  for (const [name, inner] of Object.entries(value)) {
    // Before it goes into sentences: a name may be as long as the body.
    const field = clip(parent + name, MAX_NAME);
    const unknown = known ? !known.has(name) : name in Object.prototype;
    if (unknown) yield { field, message: 'is not a known name' };
    else if (typeof inner === 'object' && inner !== null) {
      yield* unknownNames(inner as object, undefined, `${field}.`);
    }
  }
}

function* repeatedNames(query: object): Generator<FieldError> {
  for (const [field, value] of Object.entries(query)) {
    if (Array.isArray(value)) yield { field, message: 'must be given once' };
  }
}

/** @throws Problem VALIDATION_FAILED with the first of them, if there are any */
function refuse(errors: Generator<FieldError>): void {
  const first: FieldError[] = [];
  for (const error of errors) {
    if (first.push(error) === MAX_FIELD_ERRORS) break;
  }
  if (first.length > 0) throw validationProblem(first);
}

function validationProblem(errors: readonly FieldError[]): Problem {
  const [first] = errors;
  return new Problem(
    'VALIDATION_FAILED',
    first ? `${first.field} ${first.message}` : 'The request is not valid',
    { errors },
  );
}

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const field = parent + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message: rule === 'whitelistValidation' ? 'is not a known name' : reason(message, error),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}

/** A value that is missing is that before anything else; the field's name stands beside already. */
function reason(message: string, { property, value }: ValidationError): string {
  if (value === undefined) return 'is required';
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
