import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { rawRest } from '../http/request-target.js';
import { Problem } from '../problems/problem.js';

/** A key or pattern: up to 512 bytes. */
export const PATH_TEXT = { type: 'string', minLength: 1, maxLength: 512 } as const;

/**
 * What stands in the place of the route's `*`, percent-decoded exactly once: colons, slashes, `*`,
 * brackets and encoded UTF-8 arrive as the caller meant them. The router's own parameter is not
 * used, because routers decode some characters before they match.
 *
 * `?` must be sent as `%3F`. A bare trailing one is refused: `key?` without encoding would otherwise
 * remove another key than the one meant.
 */
export const RestOfPath = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { raw, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
  const { url = '' } = raw;
  if (url.indexOf('?') === url.length - 1) {
    throw new Problem(
      'MALFORMED_REQUEST',
      'The URL ends with a bare "?": send a question mark in a key as %3F',
    );
  }
  try {
    return decodeURIComponent(rawRest(url, routeOptions.url ?? ''));
  } catch (error) {
    throw new Problem('MALFORMED_REQUEST', 'The path is not valid percent-encoded UTF-8', {
      cause: error,
    });
  }
});
