import type { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  RequestTimeoutException,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Observable } from 'rxjs';
import {
  catchError,
  defaultIfEmpty,
  defer,
  first,
  from,
  lastValueFrom,
  map,
  merge,
  of,
  race,
  Subject,
  switchMap,
  takeUntil,
  throwError,
  timeout,
  TimeoutError,
  VirtualTimeScheduler,
} from 'rxjs';
import { CacheAside, cacheKey } from '@gad/cache';
import { deferred, until } from '../support/fixtures.js';
import { failOnLeaks } from '../support/resources.js';
import type { Platform, RunningApp, TestRequest, TestResponse } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

failOnLeaks();

let timedOut: Subject<undefined>;
let time: VirtualTimeScheduler;
/** The outer interceptors answer now. */
const release = (): void => {
  timedOut.next(undefined);
  time.flush();
};

const INSTEAD = { instead: true };
const instead = (): Observable<unknown> => timedOut.pipe(map(() => INSTEAD));

type Recipe = (answer: Observable<unknown>, response: TestResponse) => Observable<unknown>;

/** Ways in which an interceptor outside of the cache answers before it. */
const RECIPES: Readonly<Record<string, Recipe>> = {
  none: (answer) => answer,
  // As in Nest's documentation.
  timeout: (answer) =>
    answer.pipe(
      timeout({ each: 5_000, scheduler: time }),
      catchError((error: unknown) =>
        throwError(() => (error instanceof TimeoutError ? new RequestTimeoutException() : error)),
      ),
    ),
  'timeout with an answer of its own': (answer, response) =>
    answer.pipe(
      timeout({ each: 5_000, scheduler: time }),
      catchError(() => {
        response.status(202);
        response.header('etag', '"instead"');
        response.header('retry-after', '1');
        return of(INSTEAD);
      }),
    ),
  takeUntil: (answer) => answer.pipe(takeUntil(timedOut), defaultIfEmpty(INSTEAD)),
  race: (answer) => race(answer, instead().pipe(first())),
  first: (answer) => merge(answer, instead()).pipe(first()),
  switchMap: (answer) =>
    merge(of(answer), timedOut.pipe(map(() => of(INSTEAD)))).pipe(
      switchMap((latest) => latest),
      first(),
    ),
  // Leaves its subscription as it is.
  'Promise.race': (answer) =>
    from(Promise.race([lastValueFrom(answer), lastValueFrom(instead().pipe(first()))])),
};

@Injectable()
class Outer implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const { headers } = context.switchToHttp().getRequest<TestRequest>();
    const response = context.switchToHttp().getResponse<TestResponse>();
    return RECIPES[headers['x-user'] ?? 'none']?.(next.handle(), response) ?? next.handle();
  }
}

let runs: number;
let gate: Promise<unknown> | undefined;
let early: ((response: TestResponse) => void) | undefined;
let late: ((response: TestResponse) => unknown) | undefined;
/** A file that was to be answered. */
let file: Readable | undefined;

async function answer(response: TestResponse): Promise<unknown> {
  const run = ++runs;
  early?.(response);
  await gate;
  return late?.(response) ?? { run };
}

@Controller()
@UseInterceptors(Outer)
class SlowController {
  @Get('slow')
  @CacheAside({ scope: 'shared', key: () => cacheKey`slow:one`, ttl: 60 })
  slow(@Res({ passthrough: true }) response: TestResponse): Promise<unknown> {
    return answer(response);
  }

  @Get('tagged')
  @CacheAside({ scope: 'shared', key: () => cacheKey`slow:tagged`, ttl: 60, headers: ['etag'] })
  tagged(@Res({ passthrough: true }) response: TestResponse): Promise<unknown> {
    return answer(response);
  }

  @Get('streamed')
  @CacheAside({ scope: 'shared', key: () => cacheKey`slow:streamed`, ttl: 60 })
  streamed(@Res({ passthrough: true }) response: TestResponse): Observable<unknown> {
    return defer(() => answer(response));
  }
}

describe.each(PLATFORMS)('An answer that another one replaces, on %s:', (platform: Platform) => {
  let running: RunningApp;
  let warnings: string[];
  const joins = async (): Promise<number> => (await running.cache.getStats()).local.joins;

  beforeEach(async () => {
    [timedOut, time, runs, warnings] = [new Subject(), new VirtualTimeScheduler(), 0, []];
    early = late = file = undefined;
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => {
      if (String(message).startsWith('Cache:')) warnings.push(String(message));
    });
    running = await startApp({ platform, controllers: [SlowController] });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await running.close();
  });

  /** Asks by a recipe, which answers before the handler; what a second caller gets, who joined. */
  const replaced = async (path: string, recipe: string) => {
    const opened = deferred<undefined>();
    gate = opened.promise;
    const leader = running.get(path, recipe);
    await until(() => runs === 1);
    const joiner = running.get(path);
    while ((await joins()) === 0) await new Promise(setImmediate);
    release();
    const given = await leader;
    opened.resolve(undefined);
    gate = undefined;
    return { given, joined: await joiner };
  };
  const recipes = Object.keys(RECIPES).filter((recipe) => recipe !== 'none');

  it.each(recipes.flatMap((recipe) => ['/slow', '/streamed'].map((path) => [recipe, path])))(
    'a replacement by %s leaves the load of %s running, for callers that joined and for later ones',
    async (recipe, path) => {
      const { given, joined } = await replaced(String(path), String(recipe));
      expect(given.text).not.toContain('run');
      expect(given.status).toBe(
        recipe === 'timeout' ? 408 : String(recipe).includes('own') ? 202 : 200,
      );
      expect(joined).toMatchObject({ status: 200, text: '{"run":1}' });
      expect(await running.get(String(path))).toMatchObject({ status: 200, text: '{"run":1}' });
      expect([runs, warnings]).toEqual([1, []]);
    },
  );

  it.each(recipes.filter((recipe) => recipe !== 'Promise.race'))(
    'a replacement by %s keeps headers that the handler set before, and not those of the other answer',
    async (recipe) => {
      early = (response) => void response.header('etag', `"v${String(runs)}"`);
      const { joined } = await replaced('/tagged', recipe);
      const hit = await running.get('/tagged');
      for (const { headers, text } of [joined, hit]) {
        expect([text, headers.get('etag')]).toEqual(['{"run":1}', '"v1"']);
        expect(headers.get('retry-after')).toBeNull();
      }
      expect([runs, warnings]).toEqual([1, []]);
    },
  );

  it('headers that may be of either answer are not stored when the replacement does not unsubscribe', async () => {
    early = (response) => void response.header('etag', `"v${String(runs)}"`);
    const { joined } = await replaced('/tagged', 'Promise.race');
    expect([joined.text, joined.headers.get('etag')]).toEqual(['{"run":2}', '"v2"']);
    expect(warnings).toEqual([
      expect.stringMatching(/tagged is not cached: another answer was given while it ran/),
    ]);
  });

  it.each<[string, 'early' | 'late', RegExp]>([
    ['before', 'early', /sets the header set-cookie/],
    ['after', 'late', platform === 'fastify' ? /set-cookie/ : /sets headers after another answer/],
  ])(
    'a cookie that is set %s the replacement keeps the answer from being stored',
    async (_, when, cause) => {
      const setCookie = (response: TestResponse): void => {
        response.header('set-cookie', `run=${String(runs)}`);
      };
      if (when === 'early') early = setCookie;
      else late = setCookie;
      const { joined } = await replaced('/slow', 'timeout');
      expect(joined).toMatchObject({ status: 200, text: '{"run":2}' });
      expect(joined.headers.get('set-cookie')).toBe('run=2');
      expect(await running.cache.exists('slow:one')).toBe(false);
      expect(warnings.join()).toMatch(cause);
    },
  );

  it('a stream that comes after a replacement is destroyed', async () => {
    late = () => new StreamableFile((file ??= Readable.from(['late'])));
    const opened = deferred<undefined>();
    gate = opened.promise;
    const leader = running.get('/slow', 'timeout');
    await until(() => runs === 1);
    release();
    expect((await leader).status).toBe(408);
    opened.resolve(undefined);
    await until(() => file?.destroyed === true);
  });

  it('an error that comes after a replacement reaches the callers that joined, and is not stored', async () => {
    late = () => {
      throw new RequestTimeoutException('the source');
    };
    const { joined } = await replaced('/slow', 'timeout');
    expect(joined).toMatchObject({ status: 408, text: expect.stringContaining('the source') });
    late = undefined;
    expect((await running.get('/slow')).text).toBe('{"run":2}');
  });

  it.each(['/slow', '/streamed'])(
    'a client of %s that disconnects costs the others nothing',
    async (path) => {
      const opened = deferred<undefined>();
      gate = opened.promise;
      const client = new AbortController();
      const closed = deferred<undefined>();
      early = (response) => {
        const { raw = response } = response as { readonly raw?: TestResponse }; // Fastify's
        (raw as unknown as EventEmitter).once('close', () => closed.resolve(undefined)); // Node's
      };
      const gone = fetch((await running.app.getUrl()) + path, { signal: client.signal });
      await until(() => runs === 1);
      const joiner = running.get(path);
      while ((await joins()) === 0) await new Promise(setImmediate);
      client.abort();
      await expect(gone).rejects.toThrow();
      await closed.promise;
      opened.resolve(undefined);
      expect((await joiner).text).toBe('{"run":1}');
      expect((await running.get(path)).text).toBe('{"run":1}');
      expect([runs, warnings]).toEqual([1, []]);
    },
  );

  it('an answer is not replaced when the handler sends it by itself, and a log line says so', async () => {
    gate = undefined;
    late = (response) => {
      const { send } = response as unknown as { send(body: unknown): void }; // both have it
      send.call(response, { own: true });
      return { other: true };
    };
    for (let n = 0; n < 2; n++) expect((await running.get('/slow')).text).toBe('{"own":true}');
    expect(runs).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/slow is not cached: it has sent its answer/)]);
  });
});
