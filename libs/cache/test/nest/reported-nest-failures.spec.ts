import type { CanActivate, ExecutionContext } from '@nestjs/common';
import {
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Injectable,
  NotFoundException,
  Param,
  Query,
  UseGuards,
} from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey } from '@gad/cache';
import { deferred } from '../support/fixtures.js';
import type { Platform, RunningApp, TestRequest } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

const userOf = (context: ExecutionContext): string | undefined =>
  context.switchToHttp().getRequest<TestRequest>().headers['x-user'];

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (userOf(context) === 'admin') return true;
    throw new ForbiddenException('admins only');
  }
}

let runs: string[];
let gate: Promise<void> | undefined;
let failure: HttpException | undefined;

/** Parameters of the key of a search; text from outside. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

@Controller()
class FieldController {
  @Get('me')
  @CacheAside({ scope: 'user', key: () => cacheKey`me`, ttl: 60 })
  me(): unknown {
    runs.push('me');
    return { run: runs.length };
  }

  @Get('search')
  @CacheAside({
    scope: 'shared',
    key: ({ query }) => cacheKey`search:a:${text(query['a'])}:b:${text(query['b'])}`,
    ttl: 60,
  })
  search(@Query('a') a: string, @Query('b') b: string): unknown {
    runs.push(`search ${a} ${b}`);
    return { a, b };
  }

  @Get('admin')
  @UseGuards(AdminGuard)
  @CacheAside({ scope: 'shared', key: () => cacheKey`admin:report`, ttl: 60 })
  admin(): unknown {
    runs.push('admin');
    return { secret: 1 };
  }

  @Get('slow')
  @CacheAside({ scope: 'shared', key: () => cacheKey`slow:one`, ttl: 60 })
  async slow(): Promise<unknown> {
    runs.push('slow');
    await gate;
    return { done: true };
  }

  @Get('fails')
  @CacheAside({ scope: 'shared', key: () => cacheKey`fails:one`, ttl: 60 })
  async fails(): Promise<unknown> {
    runs.push('fails');
    await gate;
    if (failure !== undefined) throw failure;
    return { well: true };
  }

  @Get('items/:id')
  @CacheAside({
    scope: 'shared',
    key: ({ params }) => cacheKey`items:${params['id'] ?? ''}`,
    ttl: 60,
  })
  item(@Param('id') id: string): unknown {
    runs.push(`item ${String(id.length)}`);
    return { id: id.length };
  }
}

describe.each(PLATFORMS)('Failures reported of other caches, on %s:', (platform: Platform) => {
  let running: RunningApp;
  beforeEach(async () => {
    runs = [];
    gate = undefined;
    failure = undefined;
    running = await startApp({
      platform,
      controllers: [FieldController],
      options: { userOf },
    });
  });
  afterEach(() => running.close());
  const { get } = { get: (...args: Parameters<RunningApp['get']>) => running.get(...args) };

  it('two users that request the same URL get their own data', async () => {
    const ana = await get('/me', 'ana');
    const luis = await get('/me', 'luis');
    expect(ana.text).not.toBe(luis.text);
    expect((await get('/me', 'ana')).text).toBe(ana.text);
    expect((await get('/me', 'luis')).text).toBe(luis.text);
    expect(runs).toHaveLength(2);
    expect(await running.cache.exists('~user:ana:me')).toBe(true);
  });

  it('a request without a known user bypasses the cache', async () => {
    await get('/me');
    await get('/me');
    expect(runs).toHaveLength(2);
    expect((await running.cache.countMatching('*')).matched).toBe(0);
  });

  it('a user named like a pattern or a separator reaches no other key', async () => {
    for (const user of ['*', 'ana:me', '~seq', 'x'.repeat(10_000), '%', 'ana%3Ame']) {
      await get('/me', user);
    }
    expect(runs).toHaveLength(6);
    const keys: string[] = [];
    for await (const key of running.cache.keys('*')) keys.push(key);
    expect(keys).toHaveLength(6);
    for (const key of keys) expect(key).toMatch(/^~user:[\w.%~-]{1,70}:me$/);
  });

  it('the URL ?a=1&b=2 equals ?b=2&a=1, and parameters outside of the key make no other entry', async () => {
    await get('/search?a=1&b=2');
    await get('/search?b=2&a=1');
    await get('/search?b=2&a=1&utm_source=mail');
    expect(runs).toEqual(['search 1 2']);
    await get('/search?a=1%3Ab%3A2&b=');
    expect(runs).toHaveLength(2);
  });

  it('a 403 stays 403 after an admin has warmed the cache', async () => {
    expect((await get('/admin', 'luis')).status).toBe(403);
    expect(await get('/admin', 'admin')).toMatchObject({ status: 200, text: '{"secret":1}' });
    expect((await get('/admin', 'luis')).status).toBe(403);
    expect((await get('/admin')).status).toBe(403);
    expect((await get('/admin', 'admin')).status).toBe(200);
    expect(runs).toEqual(['admin']);
  });

  it('fifty concurrent requests run the handler once', async () => {
    const opened = deferred<undefined>();
    gate = opened.promise;
    const answers = Array.from({ length: 50 }, () => get('/slow'));
    // All of them are aboard the one flight before it may land.
    while ((await running.cache.getStats()).local.joins < 49) await new Promise(setImmediate);
    opened.resolve(undefined);
    for (const answer of await Promise.all(answers)) expect(answer.text).toBe('{"done":true}');
    expect(runs).toEqual(['slow']);
  });

  it('error responses are not cached, and keep their class for the filters', async () => {
    failure = new NotFoundException('no such thing');
    expect(await get('/fails')).toMatchObject({ status: 404 });
    failure = new HttpException('gone', 410);
    expect(await get('/fails')).toMatchObject({ status: 410 });
    failure = undefined;
    expect(await get('/fails')).toMatchObject({ status: 200, text: '{"well":true}' });
    failure = new NotFoundException();
    expect((await get('/fails')).status).toBe(200);
    expect(runs).toHaveLength(3);
  });

  it('an id of 10,000 characters makes a short key', async () => {
    // Fastify's router refuses such a parameter by itself; what gets through is hashed.
    const { status } = await get(`/items/${'9'.repeat(10_000)}`);
    expect(status).toBe(platform === 'fastify' ? 414 : 200);
    for await (const key of running.cache.keys('items:*')) expect(key.length).toBeLessThan(60);
    expect((await get('/items/2:*')).text).toBe('{"id":3}');
    expect(await running.cache.exists('items:2%3A%2A')).toBe(true);
  });
});

describe('Two applications in one process', () => {
  it('two applications do not share a cache, though they share the classes', async () => {
    runs = [];
    const [one, other] = await Promise.all([
      startApp({ controllers: [FieldController], options: { userOf } }),
      startApp({ controllers: [FieldController], options: { userOf } }),
    ]);
    try {
      await one.get('/me', 'ana');
      await other.get('/me', 'ana');
      expect(runs).toHaveLength(2);
      await one.cache.clear();
      await other.get('/me', 'ana');
      expect(runs).toHaveLength(2);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });
});
