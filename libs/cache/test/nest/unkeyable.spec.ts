import type { ExecutionContext } from '@nestjs/common';
import { BadRequestException, Controller, Get, Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CacheKey, NestCacheOptions } from '@gad/cache';
import { CacheAside, cacheKey } from '@gad/cache';
import { failOnLeaks } from '../support/resources.js';
import type { Platform, RunningApp } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

failOnLeaks();

let runs: number;
let varies: () => unknown;
const answer = (): unknown => ({ run: ++runs });
/** What no type stops. */
const untyped = (value: unknown): string => value as string;

@Controller()
class UnkeyableController {
  @Get('search')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: ({ query: { a, b, c, d, e, f, g, h } }) =>
      cacheKey`search:${untyped(a)}:${untyped(b)}:${untyped(c)}:${untyped(d)}:${untyped(e)}:${untyped(f)}:${untyped(g)}:${untyped(h)}`,
  })
  search(): unknown {
    return answer();
  }

  @Get('one')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: ({ query }) => cacheKey`one:${untyped(query['q'])}`,
  })
  one(): unknown {
    return answer();
  }

  @Get('nested')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: ({ query }) => cacheKey`nested:${untyped((query['q'] as { a: string }).a.toLowerCase())}`,
  })
  nested(): unknown {
    return answer();
  }

  @Get('files/*')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: ({ params }) => cacheKey`files:${params['path'] ?? params['*'] ?? ''}`,
  })
  files(): unknown {
    return answer();
  }

  @Get('late')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: () => Promise.reject(new Error('late')) as unknown as CacheKey,
  })
  late(): unknown {
    return answer();
  }

  @Get('enabled')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: () => cacheKey`enabled`,
    enabled: ({ query }) => untyped(query['use']).toLowerCase() !== 'no',
  })
  enabled(): unknown {
    return answer();
  }

  @Get('refused')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: () => {
      throw new BadRequestException('which one?');
    },
  })
  refused(): unknown {
    return answer();
  }

  @Get('mapped')
  @CacheAside<unknown>({
    scope: 'shared',
    ttl: 60,
    key: ({ query }) => cacheKey`mapped:${untyped(query['q'])}`,
    map: ({ key, bypass, value }) => ({ key, bypass, value }),
  })
  mapped(): unknown {
    return answer();
  }

  @Get('varied')
  @CacheAside({
    scope: 'shared',
    ttl: 60,
    key: () => cacheKey`varied`,
    vary: () => untyped(varies()),
  })
  varied(): unknown {
    return answer();
  }

  @Get('mine')
  @CacheAside({ scope: 'user', ttl: 60, key: () => cacheKey`mine` })
  mine(): unknown {
    return answer();
  }
}

describe.each(PLATFORMS)('A request that makes no key, on %s:', (platform: Platform) => {
  let running: RunningApp;
  let warnings: string[];
  const start = async (options: NestCacheOptions = {}): Promise<void> => {
    const userOf = (): string => 'ana';
    running = await startApp({
      platform,
      controllers: [UnkeyableController],
      options: { userOf, ...options },
    });
  };
  const stored = async (): Promise<number> => (await running.cache.countMatching('*')).matched;

  beforeEach(() => {
    [runs, warnings] = [0, []];
    const note = (message: unknown): void => {
      if (String(message).startsWith('Cache:')) warnings.push(String(message));
    };
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(note);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await running.close();
  });

  const long = [...'abcdefgh'].map((name) => `${name}=${'x'.repeat(64)}`).join('&');
  it.each([
    ['of texts that are too long together', `search?${long}`, /longer than 512 bytes/],
    ['without a parameter', 'one', /not undefined/],
    ['with a repeated parameter', 'one?q=a&q=b', /not object/],
    ['with half a character', 'one?q=%ED%A0%80', undefined],
    ['with a missing object', 'nested', /TypeError in the key/],
    ['with a text in place of an object', 'nested?q=a', /TypeError in the key/],
    ['with a callback that answers late', 'late', /TypeError in the key/],
    ['with a predicate that fails', 'enabled', /TypeError in the key/],
  ])('a request without a key (%s) is answered, and logged once', async (_, path, warning) => {
    await start();
    for (let n = 1; n <= 2; n++)
      expect(await running.get(`/${path}`)).toMatchObject({ status: 200 });
    if (warning === undefined) return;
    expect(runs).toBe(2);
    expect(await stored()).toBe(0);
    expect(warnings).toEqual([
      expect.stringMatching(/UnkeyableController\.\w+ bypasses the cache/),
    ]);
    expect(warnings[0]).toMatch(warning);
  });

  it('a request without a key is answered by a wildcard route, and never with another route’s answer', async () => {
    await start();
    const paths = ['a/b', 'a%2Fb', 'a,b', 'a/b/c', 'a'];
    const answers = await Promise.all(paths.map((path) => running.get(`/files/${path}`)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    // What Fastify gives as one text is one key for a/b and a%2Fb; Express gives lists, which are none.
    expect(runs).toBeGreaterThanOrEqual(paths.length - 1);
  });

  it('a request whose key function throws an HttpException is answered with that', async () => {
    await start();
    expect(await running.get('/refused')).toMatchObject({ status: 400 });
    expect([runs, warnings]).toEqual([0, []]);
  });

  it('a request without a key goes through map, as a bypass', async () => {
    await start();
    expect(JSON.parse((await running.get('/mapped?q=1&q=2')).text)).toEqual({
      key: 'gad:',
      bypass: true,
      value: { run: 1 },
    });
  });

  it.each<[string, () => unknown, boolean]>([
    ['undefined', () => undefined, false],
    ['null', () => null, false],
    ['an empty text', () => '', false],
    ['false', () => false, false],
    ['NaN', () => NaN, false],
    ['an empty list', () => [], false],
    ['a list with a gap', () => ['tenant', undefined], false],
    ['a list with an empty text', () => ['tenant', ''], false],
    ['an object', () => ({ id: 1 }), true],
    ['a list in a list', () => [['tenant'], 1], true],
    ['a symbol', () => Symbol('who'), true],
    ['an endless number', () => Infinity, true],
    ['a promise', () => Promise.resolve('ana'), true],
    ['a promise that fails', () => Promise.reject(new Error('who?')), true],
    [
      'an error',
      (): never => {
        throw new TypeError('request.user is undefined');
      },
      true,
    ],
    ['half a character', () => '\ud800', true],
    [
      'parts that are too long together',
      () => Array.from({ length: 9 }, () => 'x'.repeat(64)),
      true,
    ],
  ])(
    'a request for which userOf gives %s is answered, and not cached',
    async (_, subject, warns) => {
      await start({ userOf: subject as (context: ExecutionContext) => undefined });
      for (let n = 1; n <= 2; n++) {
        expect(await running.get('/mine')).toMatchObject({
          status: 200,
          text: `{"run":${String(n)}}`,
        });
      }
      expect(await stored()).toBe(0);
      expect(warnings).toHaveLength(warns ? 1 : 0);
    },
  );

  it.each<[string, () => unknown]>([
    ['an object', () => ({ role: 'admin' })],
    ['a list with an object', () => [{ role: 'admin' }]],
    ['a list with a gap', () => ['admin', undefined]],
    ['a promise', () => Promise.resolve('admin')],
    ['NaN', () => NaN],
  ])('a request for which vary gives %s is answered, and not cached', async (_, vary) => {
    varies = vary;
    await start();
    for (let n = 1; n <= 2; n++) await running.get('/varied');
    expect({ runs, stored: await stored(), warnings: warnings.length }).toEqual({
      runs: 2,
      stored: 0,
      warnings: 1,
    });
  });

  it.each([0, 7, 10n, 'ana', true, ['tenant', 7, false]].map((subject) => [subject]))(
    'a request with the subject %p of userOf has a key, unless it is a bare truth value',
    async (subject) => {
      await start({ userOf: () => subject });
      for (let n = 1; n <= 2; n++) await running.get('/mine');
      expect(runs).toBe(subject === true ? 2 : 1);
    },
  );
});
