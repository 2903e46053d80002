import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import {
  Controller,
  Get,
  Header,
  Injectable,
  Logger,
  Render,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import type {
  CallHandler,
  ExecutionContext,
  INestApplication,
  NestInterceptor,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Observable } from 'rxjs';
import { CacheAside, cacheKey } from '@gad/cache';
import { CacheTesting, FakeClock } from '@gad/cache/testing';
import { until } from '../support/fixtures.js';
import { failOnLeaks } from '../support/resources.js';
import type { Platform, RunningApp, TestResponse } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

failOnLeaks();

let runs: number;
let model: unknown;

/** Keeps cookies on the reply until it is sent, as Fastify's plugin for them does. */
const COOKIES = Symbol('cookies');
@Injectable()
class CookieJar implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const response = context.switchToHttp().getResponse<{ [COOKIES]?: Map<string, string> }>();
    response[COOKIES] = new Map([['session', 'of the guard']]);
    return next.handle();
  }
}

@Controller()
class EdgeController {
  @Get('valid')
  @CacheAside<{ readonly n: number }>({
    scope: 'shared',
    key: () => cacheKey`edge:valid`,
    ttl: 60,
    valid: (value) => (value as { list: number[] }).list.length > 0, // of any shape
  })
  valid(): unknown {
    return { list: [++runs] };
  }

  @Get('no-store')
  @Header('Cache-Control', 'private, no-store')
  @CacheAside({ scope: 'shared', key: () => cacheKey`edge:no-store`, ttl: 60 })
  noStore(): unknown {
    return { run: ++runs };
  }

  @Get('jar')
  @UseInterceptors(CookieJar)
  @CacheAside({ scope: 'shared', key: () => cacheKey`edge:jar`, ttl: 60 })
  jar(@Res({ passthrough: true }) response: { [COOKIES]?: Map<string, string> }): unknown {
    response[COOKIES]?.set('session', 'of the handler');
    return { run: ++runs };
  }

  @Get('view')
  @Render('view')
  @CacheAside({ scope: 'shared', key: () => cacheKey`edge:view`, ttl: 60 })
  view(): unknown {
    runs++;
    return model;
  }

  @Get('refreshed')
  @CacheAside({
    scope: 'shared',
    key: () => cacheKey`edge:refreshed`,
    ttl: 10,
    staleWhileRevalidate: 60,
  })
  refreshed(): unknown {
    return { run: ++runs };
  }

  @Get('mapped')
  @CacheAside<{ at: unknown }>({
    scope: 'shared',
    key: () => cacheKey`edge:mapped`,
    ttl: 60,
    enabled: ({ query }) => query['cache'] !== 'no',
    map: ({ value }) => ({ seen: typeof value.at, keys: Object.keys(value) }),
  })
  mapped(@Res({ passthrough: true }) response: TestResponse): unknown {
    if (model === 'a cookie') response.header('set-cookie', 'own=1');
    return { at: new Date(++runs), gone: undefined };
  }
}

/** A template engine as small as can be. */
function useViews(app: INestApplication): void {
  const express = app as NestExpressApplication;
  express.engine('txt', (_path: string, options: object, done: (e: null, text: string) => void) => {
    const { at, name } = options as { readonly at?: unknown; readonly name?: string };
    done(null, `${String(name)} ${at instanceof Date ? at.toISOString() : 'no date'}`);
  });
  express.setBaseViewsDir(import.meta.dirname);
  express.setViewEngine('txt');
}

describe.each(PLATFORMS)('At the edges of an answer, on %s:', (platform: Platform) => {
  let running: RunningApp;
  let warnings: string[];
  let clock: FakeClock;
  beforeEach(async () => {
    [runs, warnings, model, clock] = [0, [], undefined, new FakeClock()];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => {
      if (String(message).startsWith('Cache:')) warnings.push(String(message));
    });
    const { options } = new CacheTesting({ clock });
    running = await startApp({ platform, controllers: [EdgeController], options });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await running.close();
  });

  it('a valid that throws counts as invalid: the stored value is removed, and the handler answers', async () => {
    await running.cache.set('edge:valid', { other: 'version' });
    expect(await running.get('/valid')).toMatchObject({ status: 200, text: '{"list":[1]}' });
    for (let n = 0; n < 2; n++) expect((await running.get('/valid')).text).toBe('{"list":[2]}');
    expect(warnings).toEqual([expect.stringMatching(/valid threw: TypeError/)]);
  });

  it('a no-store of the route is for clients: the answer is cached, and says it again', async () => {
    for (let n = 0; n < 2; n++) {
      const { text, headers } = await running.get('/no-store');
      expect([text, headers.get('cache-control')]).toEqual(['{"run":1}', 'private, no-store']);
    }
  });

  it('an answer is not stored when the handler left something on the reply for later', async () => {
    for (let n = 1; n <= 2; n++) expect((await running.get('/jar')).status).toBe(200);
    // Express has no such place: whatever it sends later is set by interceptors of its own.
    expect(runs).toBe(platform === 'fastify' ? 2 : 1);
    expect(warnings).toHaveLength(platform === 'fastify' ? 1 : 0);
  });

  it('the refresh of an answer that was 304 is kept', async () => {
    const first = await running.get('/refreshed');
    clock.advance(10_000);
    const etag = first.headers.get('etag');
    const url = `${await running.app.getUrl()}/refreshed`;
    // `fetch` asks with no-cache then, which Express answers in full.
    const conditional = await new Promise<IncomingMessage>((resolve) => {
      get(url, { headers: etag === null ? {} : { 'if-none-match': etag } }, resolve);
    });
    conditional.resume();
    // Express makes entity tags by itself.
    expect(conditional.statusCode).toBe(platform === 'express' ? 304 : 200);
    await until(() => runs === 2);
    while ((await running.cache.getStats()).local.background > 0) {
      await new Promise(setImmediate);
    }
    expect((await running.get('/refreshed')).text).toBe('{"run":2}');
    expect(warnings).toEqual([]);
  });

  it('map is given JSON in each case, and makes the answer also where it is not stored', async () => {
    const made = '{"seen":"string","keys":["at"]}';
    const paths = ['/mapped', '/mapped', '/mapped?cache=no'];
    for (const path of paths) expect((await running.get(path)).text).toBe(made);
    expect(runs).toBe(2);
    await running.cache.clear();
    model = 'a cookie';
    const answers = await Promise.all([running.get('/mapped'), running.get('/mapped')]);
    for (const { text, headers } of answers) {
      expect([text, headers.get('set-cookie')]).toEqual([made, 'own=1']);
    }
  });
});

describe('A view, on express:', () => {
  it.each<[string, unknown, number]>([
    ['is rendered of what is kept', { name: 'plain' }, 1],
    [
      'is rendered of the handler’s own objects where JSON is not the same',
      { name: 'dated', at: new Date(0) },
      2,
    ],
  ])('a view on express: %s', async (_, given, expected) => {
    [runs, model] = [0, given];
    const running = await startApp({
      platform: 'express',
      controllers: [EdgeController],
      configure: useViews,
    });
    const [first, second] = [await running.get('/view'), await running.get('/view')];
    await running.close();
    expect(first).toMatchObject({
      status: 200,
      text: expect.stringContaining((given as { name: string }).name),
    });
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(runs).toBe(expected);
  });
});
