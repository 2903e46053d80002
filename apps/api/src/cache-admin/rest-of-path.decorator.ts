import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';

/**
 * The whole rest of the path after `marker`, percent-decoded exactly once: colons, slashes, `*`,
 * brackets and encoded UTF-8 arrive as the caller meant them. The router's own parameter is not
 * used, because routers decode some characters before they match.
 *
 * `?` must be sent as `%3F`. A bare trailing one is refused: whoever typed `key?` without
 * encoding would otherwise remove another key than the one meant.
 */
export const RestOfPath = createParamDecorator(
  (marker: string, context: ExecutionContext): string => {
    const { url = '' } = context.switchToHttp().getRequest<FastifyRequest>().raw;
    const start = url.indexOf(marker);
    const question = url.indexOf('?');
    if (question === url.length - 1) {
      throw new Problem(
        'MALFORMED_REQUEST',
        'The URL ends with a bare "?": send a question mark in a key as %3F',
      );
    }
    const raw = url.slice(start + marker.length, question === -1 ? undefined : question);
    try {
      return decodeURIComponent(raw);
    } catch (error) {
      throw new Problem('MALFORMED_REQUEST', 'The path is not valid percent-encoded UTF-8', {
        cause: error,
      });
    }
  },
);
