/** The bare route: verifies the token and answers a constant body of the API's size. */
import { fastify } from 'fastify';
import jwt from 'jsonwebtoken';
import { body, fastifyOptions, furnish, listenAt, verification } from './settings.mjs';

const ETAG = 'W/"constant"';
const app = fastify(fastifyOptions);
await furnish(app);
app.get('/health/live', () => 'ok');
app.get('/api/v1/stats/user/:id', (request, reply) => {
  const token = (request.headers.authorization ?? '').slice('Bearer '.length);
  try {
    jwt.verify(token, verification.key, verification.options);
  } catch {
    return reply.status(401).send();
  }
  reply.header('etag', ETAG).type('application/json; charset=utf-8');
  if (request.headers['if-none-match'] === ETAG) return reply.status(304).send();
  return reply.send(body);
});
await app.listen(listenAt);
