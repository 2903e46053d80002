import type { OpenAPIObject } from '@nestjs/swagger';
import openapiTypescript, { astToString } from 'openapi-typescript';

/** What the console may ask for. */
const PATHS = /^\/api\/v1\/(?:auth|cache)\//;

export const SCHEMA_FILE = new URL('../src/api/schema.ts', import.meta.url);

/** The types of the part of the served document that the console uses, with all that it refers to. */
export async function apiTypes(document: OpenAPIObject): Promise<string> {
  const paths = Object.fromEntries(
    Object.entries(document.paths)
      .filter(([path]) => PATHS.test(path))
      .map(([path, item]) => [path, withoutProblems(item)]),
  );
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(schemas[name]);
    }
  };
  follow(paths);
  const part = {
    ...document,
    paths,
    components: {
      ...document.components,
      schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name))),
    },
  };
  // A plain copy: the document's own types are of another version of OpenAPI.
  const nodes = await openapiTypescript(JSON.parse(JSON.stringify(part)) as string);
  return `// Made by \`npm run console:types\` from the document of the API: do not edit.\n${astToString(nodes)}`;
}

/** The operations of a path with the answers of success alone: problems look the same everywhere. */
function withoutProblems(item: object): object {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]: [string, { responses?: object }]) => {
      const { responses = {} } = operation;
      const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      return [method, { ...operation, responses: Object.fromEntries(good) }];
    }),
  );
}
