import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { jsonExcess } from './json-shape.js';

/** Takes off a byte order mark, and throws for bytes that are no UTF-8. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Bodies are JSON in UTF-8 and nothing else: any other media type, charset or content coding is
 * 415. Needs `bodyParser: false` at the application's creation, or forms would be read as well.
 */
export function acceptJsonBodies(app: NestFastifyApplication, bodyLimit: number): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  app.useBodyParser('application/json', { bodyLimit }, (request, body: Buffer, done) => {
    let value: unknown;
    try {
      value = readBody(request.headers, body);
    } catch (error) {
      // Everything that is thrown here is a Problem.
      done(error as Problem);
      return;
    }
    done(null, value);
  });
}

/**
 * `undefined` for no body at all: an action may be called with a JSON content type and none.
 * @throws Problem UNSUPPORTED_MEDIA_TYPE, MALFORMED_REQUEST
 */
function readBody(headers: FastifyRequest['headers'], body: Buffer): unknown {
  refuseCodings(headers);
  if (body.length === 0) return undefined;
  const text = decode(body);
  const excess = jsonExcess(text);
  if (excess !== undefined) throw malformed(`The body ${excess}`);
  return parse(text);
}

function refuseCodings(headers: FastifyRequest['headers']): void {
  // Of two charsets each of two programs may take another.
  const charsets = (headers['content-type'] ?? '').matchAll(/;\s*charset\s*=\s*"?([^";\s]*)/gi);
  const coding = headers['content-encoding'] ?? 'identity';
  const utf8 = [...charsets].every(([, charset = '']) => /^utf-?8$/i.test(charset));
  if (utf8 && /^(identity)?$/i.test(coding)) return;
  throw new Problem(
    'UNSUPPORTED_MEDIA_TYPE',
    'Send application/json in UTF-8, without a content coding',
  );
}

function decode(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch (error) {
    throw malformed('The body is not valid UTF-8', error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => {
      const surrogate =
        LONE_SURROGATE.test(name) || (typeof value === 'string' && LONE_SURROGATE.test(value));
      if (surrogate) throw malformed('The body holds half of a surrogate pair');
      return value;
    });
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformed('The body is not valid JSON', error);
  }
}

const malformed = (detail: string, cause?: unknown): Problem =>
  new Problem('MALFORMED_REQUEST', detail, { cause });
