import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf, schemaOf } from '../../src/openapi/operations.js';

/** The fields of an answer that the schema of the operation does not know, as paths. */
export function undocumentedFields(
  document: OpenAPIObject,
  operationId: string,
  body: unknown,
): string[] {
  const found = operationsOf(document).find(
    ({ operation }) => operation.operationId === operationId,
  );
  const response = found?.operation.responses['200'];
  const content = response && 'content' in response ? response.content : undefined;
  const schema = content?.['application/json']?.schema;
  if (schema === undefined) throw new Error(`${operationId} documents no answer`);
  return unknownIn(document, schema, body, '');
}

function unknownIn(
  document: OpenAPIObject,
  reference: Parameters<typeof schemaOf>[1],
  value: unknown,
  path: string,
): string[] {
  const schema = schemaOf(document, reference);
  if (typeof value !== 'object' || value === null || schema === undefined) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item) => unknownIn(document, schema.items, item, `${path}[]`));
  }
  const [inner] = schema.allOf ?? [];
  if (inner !== undefined) return unknownIn(document, inner, value, path);
  return Object.entries(value).flatMap(([field, inside]) => {
    const at = `${path}.${field}`;
    const property = schema.properties?.[field];
    if (property === undefined && typeof schema.additionalProperties === 'object') return [];
    return property === undefined ? [at] : unknownIn(document, property, inside, at);
  });
}
