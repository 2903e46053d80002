import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { withCommonResponses } from './common-responses.js';
import { operationsOf, schemaOf, type Operation } from './operations.js';

const TAGS = {
  auth: 'Logging in and out, and who is calling',
  usuarios: 'The people: who delegates, who does',
  tareas: 'What is to be done, by whom and when',
  stats: 'Statistics of a usuario, cached',
  cache: 'Looking into the cache and removing from it',
  operations: 'For the machines that watch over the API',
};

/** The OpenAPI document of all routes: what their decorators say, and what all have in common. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('GRUPO_GAD API')
    .setDescription(
      'Tareas, usuarios and statistics behind a cache. Log in at POST /auth/login, press Authorize, paste the access_token. Errors are problem documents (RFC 9457); branch on their `code`.',
    )
    .setVersion('1.0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth();
  for (const [name, description] of Object.entries(TAGS)) info.addTag(name, description);
  const document = SwaggerModule.createDocument(app, info.build());
  document.paths = Object.fromEntries(Object.entries(document.paths).map(namedWildcard));
  for (const { method, operation } of operationsOf(document)) {
    // Absent would mean the document's own, which is none; to be read by people and by tools.
    operation.security ??= [];
    if (method === 'patch') dropDefaults(document, operation);
  }
  withCommonResponses(document);
  return document;
}

/** What a PATCH leaves out stays as it is: a default of the creation would say otherwise. */
function dropDefaults(document: OpenAPIObject, operation: Operation): void {
  const body = operation.requestBody;
  const content = body && 'content' in body ? Object.values(body.content) : [];
  for (const { schema } of content) {
    const properties = Object.values(schemaOf(document, schema)?.properties ?? {});
    for (const property of properties) if ('default' in property) delete property.default;
  }
}

type PathItem = OpenAPIObject['paths'][string];

/** Nest documents a wildcard as `{path}`; here it goes by the name of the route's own path parameter. */
function namedWildcard([path, item]: [string, PathItem]): [string, PathItem] {
  const parameters = [item.get, item.post].flatMap((operation) => operation?.parameters ?? []);
  const named = parameters.find((parameter) => 'in' in parameter && parameter.in === 'path');
  return [named && 'name' in named ? path.replace('{path}', `{${named.name}}`) : path, item];
}
