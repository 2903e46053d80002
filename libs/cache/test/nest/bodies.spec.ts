import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Controller, Get, Injectable, Res, UseInterceptors } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Observable } from 'rxjs';
import { CacheAside, cacheKey } from '@gad/cache';
import { failOnLeaks } from '../support/resources.js';
import type { AnyAnswer, AnyResponse } from '../support/any-answer.js';
import { anyAnswer, described, give } from '../support/any-answer.js';
import type { Platform, RunningApp } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

failOnLeaks();

let answer: AnyAnswer;
let runs: number;

const HEADERS = ['x-declared', 'X-Base', 'content-type', 'vary', 'x-powered-by', 'x-absent'];

/** Before the handler, cached or not. */
@Injectable()
class Base implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const response = context.switchToHttp().getResponse<AnyResponse>();
    response.header('x-base', 'base');
    response.header('vary', 'a, b');
    response.header('set-cookie', ['base=1', 'other=1']);
    return next.handle();
  }
}

@Controller()
@UseInterceptors(Base)
class AnyController {
  @Get('plain')
  plain(@Res({ passthrough: true }) response: AnyResponse): unknown {
    return give(answer, response);
  }

  @Get('cached')
  @CacheAside({ scope: 'shared', key: () => cacheKey`any:answer`, ttl: 60 })
  cached(@Res({ passthrough: true }) response: AnyResponse): unknown {
    runs++;
    return give(answer, response);
  }

  @Get('with-headers')
  @CacheAside({ scope: 'shared', key: () => cacheKey`any:headers`, ttl: 60, headers: HEADERS })
  withHeaders(@Res({ passthrough: true }) response: AnyResponse): unknown {
    runs++;
    return give(answer, response);
  }

  @Get('raw')
  @CacheAside({ scope: 'shared', key: () => cacheKey`any:raw`, ttl: 60, rawJson: true })
  raw(@Res({ passthrough: true }) response: AnyResponse): unknown {
    runs++;
    return give(answer, response);
  }

  @Get('raw-with-headers')
  @CacheAside({
    scope: 'shared',
    key: () => cacheKey`any:raw-headers`,
    ttl: 60,
    headers: HEADERS,
    rawJson: true,
  })
  rawWithHeaders(@Res({ passthrough: true }) response: AnyResponse): unknown {
    runs++;
    return give(answer, response);
  }
}

interface Received {
  readonly status: number | undefined;
  readonly message: string | undefined;
  readonly headers: string[];
  readonly bytes: string;
}

/** With each header line as it came. */
async function receive(url: string): Promise<Received> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, resolve).on('error', reject);
  });
  const bytes = await buffer(response);
  const lines = response.rawHeaders
    .map((name, at) => `${name.toLowerCase()}: ${response.rawHeaders[at + 1] ?? ''}`)
    .filter((line, at) => at % 2 === 0 && !line.startsWith('date: '));
  return {
    status: response.statusCode,
    message: response.statusMessage,
    headers: lines.sort(),
    bytes: bytes.toString('latin1'),
  };
}

describe.each(PLATFORMS)('Whatever a handler answers, on %s:', (platform: Platform) => {
  let running: RunningApp;
  let url: string;
  beforeAll(async () => {
    running = await startApp({ platform, controllers: [AnyController] });
    url = await running.app.getUrl();
  });
  afterAll(() => running.close());

  it.each(['cached', 'with-headers', 'raw', 'raw-with-headers'])(
    'the body of /%s is the same without a cache, on a miss and on a hit',
    async (path) => {
      let hits = 0;
      await fc.assert(
        fc.asyncProperty(anyAnswer, async (any) => {
          await running.cache.clear();
          [answer, runs] = [any, 0];
          const plain = await receive(`${url}/plain`);
          const miss = await receive(`${url}/${path}`);
          const hit = await receive(`${url}/${path}`);
          if (runs === 1) hits++;
          expect({ of: described(any), ...miss }).toEqual({ of: described(any), ...plain });
          expect({ of: described(any), ...hit }).toEqual({ of: described(any), ...plain });
        }),
        { numRuns: 200 },
      );
      // It would hold of a cache that never stores.
      expect(hits).toBeGreaterThan(20);
    },
  );
});
