import type { INestApplication } from '@nestjs/common';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { apiDocument } from '../openapi/api-document.js';

/**
 * `GET /docs-json`: OpenAPI, made at its first request and kept. `GET /docs`: Swagger UI over it,
 * which keeps a pasted token over reloads. Behind a proxy with a path prefix both work by relative
 * URLs; the document names the prefix in its `servers`.
 *
 * @param publicUrl where callers find the API; without it the proxy's `X-Forwarded-Prefix` counts
 */
export function setUpApiDocs(app: INestApplication, publicUrl: string | undefined): void {
  const http = app.getHttpAdapter();
  let rest: string | undefined;
  http.get('/docs-json', (request: FastifyRequest, reply: FastifyReply) => {
    rest ??= withoutServers(apiDocument(app));
    const url = publicUrl ?? (prefixOf(request) || '/');
    return reply
      .type('application/json')
      .header('cache-control', 'no-cache')
      .send(`{"servers":${JSON.stringify([{ url }])},${rest}`);
  });
  // The page of Swagger UI finds its files and the document beside itself.
  http.get('/docs/', (_request: FastifyRequest, reply: FastifyReply) =>
    reply.redirect('../docs', 308),
  );
  const loadedByUrl = {} as OpenAPIObject; // what is empty here the page loads from `url`
  SwaggerModule.setup('docs', app, loadedByUrl, {
    raw: false,
    customSiteTitle: 'GRUPO_GAD API',
    swaggerOptions: {
      url: './docs-json',
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
    },
  });
}

/** The JSON of a document after its `{`, the servers left out. */
function withoutServers({ servers: _servers, ...rest }: OpenAPIObject): string {
  return JSON.stringify(rest).slice(1);
}

/**
 * The prefix that a proxy says it has taken off the path; nothing when it is none. It changes this one
 * answer only, so a caller that forges it affects no other caller.
 */
function prefixOf({ headers }: FastifyRequest): string {
  const prefix = headers['x-forwarded-prefix'];
  const isPrefix = typeof prefix === 'string' && /^(?:\/[\w.~-]{1,64}){1,8}\/?$/.test(prefix);
  return isPrefix ? prefix.replace(/\/$/, '') : '';
}
