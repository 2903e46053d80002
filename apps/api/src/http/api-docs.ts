import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** `GET /docs`: Swagger UI, which keeps a pasted token over reloads. `GET /docs-json`: OpenAPI. */
export function setUpApiDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => apiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'GRUPO_GAD API',
    swaggerOptions: {
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
    },
  });
}

export function apiDocument(app: INestApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('GRUPO_GAD API')
    .setDescription(
      'Tareas, usuarios and statistics behind a cache. Log in at POST /auth/login, press Authorize, paste the access_token.',
    )
    .setVersion('1.0')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, info);
  return {
    ...document,
    paths: Object.fromEntries(Object.entries(document.paths).map(namedWildcard)),
  };
}

type PathItem = OpenAPIObject['paths'][string];

/** Nest documents a wildcard as `{path}`; here it goes by the name of the route's own path parameter. */
function namedWildcard([path, item]: [string, PathItem]): [string, PathItem] {
  const parameters = [item.get, item.post].flatMap((operation) => operation?.parameters ?? []);
  const named = parameters.find((parameter) => 'in' in parameter && parameter.in === 'path');
  return [named && 'name' in named ? path.replace('{path}', `{${named.name}}`) : path, item];
}
