import { BadRequestException, NotFoundException } from '@nestjs/common';
import { CacheLoadTimeoutError, CacheUnavailableError } from '@gad/cache';
import { describe, expect, it } from '@jest/globals';
import { problemBody, problemHeaders } from './problem-body.js';
import { Problem } from './problem.js';
import { toProblem } from './to-problem.js';

describe('toProblem', () => {
  it('toProblem lets a problem through', () => {
    const problem = new Problem('TAREA_NOT_FOUND', 'There is no tarea 1');
    expect(toProblem(problem)).toBe(problem);
  });

  it('toProblem maps the framework’s refusals by status', () => {
    expect(toProblem(new NotFoundException('Cannot GET /x'))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
    expect(toProblem(new BadRequestException())).toMatchObject({
      status: 400,
      code: 'MALFORMED_REQUEST',
    });
    const fastify = Object.assign(new Error('Body is too large'), { statusCode: 413 });
    expect(toProblem(fastify)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  });

  it('maps an unavailable cache to 503', () => {
    expect(toProblem(new CacheUnavailableError('offline', 'unavailable'))).toMatchObject({
      status: 503,
      code: 'CACHE_UNAVAILABLE',
    });
  });

  it('maps a cached value that could not be loaded in time to an unavailable database', () => {
    const error = new CacheLoadTimeoutError('stats:user:2:days:30', 2_000);
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE', cause: error });
    expect(problemHeaders(problem)).toMatchObject({ 'retry-after': '1' });
    expect(JSON.stringify(problemBody(problem, 'id'))).not.toMatch(/stats|2000/);
  });

  it('reveals nothing of an unknown error', () => {
    for (const secret of [
      new Error('relation "x" at redis://h:1'),
      'text',
      undefined,
      { statusCode: 200 },
    ]) {
      const problem = toProblem(secret);
      expect(problem).toMatchObject({ status: 500, code: 'INTERNAL_ERROR' });
      expect(JSON.stringify(problemBody(problem, 'id'))).not.toMatch(/redis|relation|text/);
    }
  });
});

describe('problemHeaders', () => {
  it('problemHeaders says Bearer on 401 and when to retry', () => {
    expect(problemHeaders(new Problem('UNAUTHENTICATED', ''))).toMatchObject({
      'www-authenticate': 'Bearer realm="gad"',
    });
    expect(
      problemHeaders(new Problem('ACCOUNT_LOCKED', '', { retryAfterSeconds: 12.1 })),
    ).toMatchObject({ 'retry-after': '13' });
  });
});
