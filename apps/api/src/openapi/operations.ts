import type { OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
export type Operation = NonNullable<PathItem['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type SchemaOrReference = Schemas[string];
type Schema = Exclude<SchemaOrReference, { $ref: string }>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export interface RouteOperation {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  readonly operation: Operation;
}

export function operationsOf(document: OpenAPIObject): RouteOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}

/** A schema, looked up when it is a reference. */
export function schemaOf(
  document: OpenAPIObject,
  schema: SchemaOrReference | undefined,
): Schema | undefined {
  if (schema === undefined || !('$ref' in schema)) return schema;
  return schemaOf(document, document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? '']);
}
