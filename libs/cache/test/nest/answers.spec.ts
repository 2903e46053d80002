import { Readable } from 'node:stream';
import { Controller, Get, Header, HttpCode, Query, Res, StreamableFile } from '@nestjs/common';
import { of } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RawHandlerOptions } from '../../src/nest/cache-aside.options.js';
import { CacheAside, cacheKey } from '@gad/cache';
import type { Answer, Platform, RunningApp, TestResponse } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

let runs: number;
const ran = <T>(value: T): T => {
  runs++;
  return value;
};

type Options = Partial<RawHandlerOptions<unknown>>;
const aside = (name: string, more: Options = {}): MethodDecorator =>
  CacheAside({ scope: 'shared', key: () => cacheKey`answers:${name}`, ttl: 60, ...more });

@Controller()
class CachedController {
  @Get('null')
  @aside('null')
  nothing(): null {
    return ran(null);
  }

  @Get('zero')
  @aside('zero')
  zero(): unknown {
    return ran({ n: 0, at: new Date(0) });
  }

  @Get('text')
  @aside('text')
  text(): string {
    return ran('plain text');
  }

  @Get('created')
  @HttpCode(201)
  @Header('x-fixed', 'always')
  @aside('created')
  created(): unknown {
    return ran({ made: true });
  }

  @Get('observable')
  @aside('observable')
  observable(): unknown {
    return ran(of({ n: 1 }));
  }

  @Get('tagged')
  @aside('tagged', { headers: ['ETag', 'Content-Language'] })
  tagged(@Res({ passthrough: true }) response: TestResponse): unknown {
    response.header('etag', '"v1"');
    response.header('content-language', 'es');
    return ran({ hola: 1 });
  }

  @Get('tagged-null')
  @aside('tagged-null', { headers: ['etag'] })
  taggedNull(): null {
    return ran(null);
  }
}

@Controller('past')
class PassingController {
  @Get('undefined')
  @aside('undefined')
  nothing(): undefined {
    return ran(undefined);
  }

  @Get('stream')
  @aside('stream')
  stream(): StreamableFile {
    return ran(new StreamableFile(Readable.from(['a', 'b'])));
  }

  @Get('bytes')
  @aside('bytes')
  bytes(): unknown {
    return ran(new StreamableFile(Buffer.from('ab')));
  }

  @Get('generator')
  @aside('generator')
  async *generator(): AsyncGenerator<string> {
    await Promise.resolve();
    yield ran('{"line":1}');
  }

  @Get('partial')
  @HttpCode(206)
  @aside('partial')
  partial(): unknown {
    return ran({ part: 1 });
  }

  @Get('no-content')
  @HttpCode(204)
  @aside('no-content')
  noContent(): undefined {
    return ran(undefined);
  }

  @Get('status')
  @aside('status')
  status(@Res({ passthrough: true }) response: TestResponse): unknown {
    response.status(203);
    return ran({ of: 'another' });
  }

  @Get('cookie')
  @aside('cookie')
  cookie(@Res({ passthrough: true }) response: TestResponse): unknown {
    response.header('set-cookie', 'session=1');
    return ran({ welcome: true });
  }

  @Get('header')
  @aside('header')
  header(@Res({ passthrough: true }) response: TestResponse): unknown {
    response.header('x-undeclared', '1');
    return ran({ n: 1 });
  }

  @Get('no-store')
  @aside('no-store', { headers: ['cache-control'] })
  noStore(@Res({ passthrough: true }) response: TestResponse): unknown {
    response.header('cache-control', 'private, no-store');
    return ran({ n: 1 });
  }

  @Get('off')
  @aside('off', { enabled: false })
  off(): unknown {
    return ran({ n: 1 });
  }

  @Get('sometimes')
  @aside('sometimes', { enabled: ({ query }) => query['use_cache'] !== 'false' })
  sometimes(@Query('n') n: string): unknown {
    return ran({ n });
  }
}

describe.each(PLATFORMS)('Answers of cached handlers, on %s:', (platform: Platform) => {
  let running: RunningApp;
  beforeEach(async () => {
    runs = 0;
    running = await startApp({ platform, controllers: [CachedController, PassingController] });
  });
  afterEach(() => running.close());

  const shown = ({ status, text, headers }: Answer): unknown => ({
    status,
    text,
    type: headers.get('content-type'),
    etag: headers.get('etag'),
    language: headers.get('content-language'),
    fixed: headers.get('x-fixed'),
    undeclared: headers.get('x-undeclared'),
    cookie: headers.get('set-cookie'),
    control: headers.get('cache-control'),
  });

  it.each(['null', 'zero', 'text', 'created', 'observable', 'tagged', 'tagged-null'])(
    'a hit of /%s is the answer that the handler gave',
    async (path) => {
      const miss = await running.get(`/${path}`);
      const hit = await running.get(`/${path}`);
      expect(shown(hit)).toEqual(shown(miss));
      expect(runs).toBe(1);
      expect(await running.cache.exists(`answers:${path}`)).toBe(true);
    },
  );

  it.each([
    ['undefined', 200],
    ['stream', 200],
    ['bytes', 200],
    ['generator', 200],
    ['partial', 206],
    ['no-content', 204],
    ['status', 203],
    ['cookie', 200],
    ['header', 200],
    ['no-store', 200],
    ['off', 200],
  ])(
    'a response of /past/%s passes through unchanged, each time, with its %i',
    async (path, status) => {
      const first = await running.get(`/past/${path}`);
      const second = await running.get(`/past/${path}`);
      expect(first.status).toBe(status);
      expect(shown(second)).toEqual(shown(first));
      expect(runs).toBe(2);
      expect(await running.cache.exists(`answers:${path}`)).toBe(false);
    },
  );

  it('a hit repeats the declared headers, which are stored beside the body', async () => {
    await running.get('/tagged');
    const hit = await running.get('/tagged');
    expect(hit.headers.get('etag')).toBe('"v1"');
    expect(hit.headers.get('content-language')).toBe('es');
    expect(await running.cache.get('answers:tagged')).toEqual({
      headers: { etag: '"v1"', 'content-language': 'es' },
      body: { hola: 1 },
    });
  });

  it('a foreign value under the key of a route is removed', async () => {
    await running.cache.set('answers:tagged', { foreign: true });
    expect((await running.get('/tagged')).text).toBe('{"hola":1}');
    expect(await running.cache.exists('answers:tagged')).toBe(false);
  });

  it('each of many concurrent requests gets a cookie of its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => running.get('/past/cookie')),
    );
    for (const answer of answers) expect(answer.headers.get('set-cookie')).toBe('session=1');
    expect(runs).toBe(10);
  });

  it('a HEAD request is answered from the entry of GET, without a body', async () => {
    await running.get('/zero');
    const head = await running.get('/zero', undefined, 'HEAD');
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(runs).toBe(1);
  });

  it('a predicate switches the cache off for a request, which neither reads nor writes', async () => {
    expect((await running.get('/past/sometimes?n=1&use_cache=false')).text).toBe('{"n":"1"}');
    expect(await running.cache.exists('answers:sometimes')).toBe(false);
    await running.get('/past/sometimes?n=2');
    expect((await running.get('/past/sometimes?n=3&use_cache=false')).text).toBe('{"n":"3"}');
    expect((await running.get('/past/sometimes?n=4')).text).toBe('{"n":"2"}');
  });
});
