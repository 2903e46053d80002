import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Controller, Get, Injectable, Req, UseInterceptors } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { concatMap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey } from '@gad/cache';
import { CacheTesting, FakeClock, settle } from '@gad/cache/testing';
import { deferred, until } from '../support/fixtures.js';
import { failOnLeaks } from '../support/resources.js';
import type { Platform, RunningApp, TestRequest, TestResponse } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

failOnLeaks();

let runs: string[];
let failing: boolean;
/** What an interceptor below the cache does to the response of the request that runs the handler. */
let touch: ((response: TestResponse) => void) | undefined;
let gate: Promise<unknown> | undefined;
let sending: Promise<unknown> | undefined;

const userOf = (context: ExecutionContext): string | undefined =>
  context.switchToHttp().getRequest<TestRequest>().headers['x-user'];

@Injectable()
class TouchInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    touch?.(context.switchToHttp().getResponse<TestResponse>());
    return next.handle();
  }
}

/** Outside of the cache: holds every answer back. */
@Injectable()
class SlowSending implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    return next.handle().pipe(concatMap((body) => Promise.resolve(sending).then(() => body)));
  }
}

const SWR = { ttl: 10, staleWhileRevalidate: 60 };

@Controller()
@UseInterceptors(SlowSending)
class RefreshedController {
  @Get('shared')
  @UseInterceptors(TouchInterceptor)
  @CacheAside({ scope: 'shared', key: () => cacheKey`shared:one`, ...SWR })
  shared(@Req() request: TestRequest): Promise<unknown> {
    return this.#answer(request);
  }

  @Get('mine')
  @CacheAside({ scope: 'user', key: () => cacheKey`mine:one`, ...SWR })
  mine(@Req() request: TestRequest): Promise<unknown> {
    return this.#answer(request);
  }

  @Get('hot')
  @CacheAside({ scope: 'shared', key: () => cacheKey`hot:one`, ttl: 10, earlyRefresh: 1_000 })
  hot(@Req() request: TestRequest): Promise<unknown> {
    return this.#answer(request);
  }

  @Get('patient')
  @UseInterceptors(TouchInterceptor)
  @CacheAside({
    scope: 'shared',
    key: () => cacheKey`patient:one`,
    ttl: 10,
    staleIfError: 60,
    softTimeout: 1,
  })
  patient(@Req() request: TestRequest): Promise<unknown> {
    return this.#answer(request);
  }

  @Get('bounded')
  @CacheAside({ scope: 'shared', key: () => cacheKey`bounded:one`, ttl: 10, hardTimeout: 1 })
  bounded(@Req() request: TestRequest): Promise<unknown> {
    return this.#answer(request);
  }

  async #answer({ headers }: TestRequest): Promise<unknown> {
    const user = headers['x-user'] ?? 'anonymous';
    runs.push(user);
    const run = runs.length;
    await gate;
    if (failing) throw new Error('the source is down');
    return { run, user };
  }
}

describe.each(PLATFORMS)('A handler that runs in the background, on %s:', (platform: Platform) => {
  let running: RunningApp;
  let clock: FakeClock;
  const get = (path: string, user?: string) => running.get(path, user);
  const counts = async () => (await running.cache.getStats()).local;
  const idle = async (): Promise<void> => {
    while ((await counts()).background > 0) await new Promise(setImmediate);
  };

  beforeEach(async () => {
    runs = [];
    failing = false;
    touch = gate = sending = undefined;
    clock = new FakeClock();
    const { options } = new CacheTesting({ clock });
    running = await startApp({
      platform,
      controllers: [RefreshedController],
      options: { ...options, userOf },
    });
  });
  afterEach(() => running.close());

  it('a handler’s stale answer is served at once, and refreshed with the request that was served', async () => {
    const first = await get('/shared', 'ana');
    clock.advance(10_000);
    const opened = deferred<undefined>();
    gate = opened.promise;
    const stale = await Promise.all([get('/shared', 'luis'), get('/shared', 'luis')]);
    expect(stale.map(({ text }) => text)).toEqual([first.text, first.text]);
    await until(() => runs.length === 2);
    opened.resolve(undefined);
    await idle();
    expect((await get('/shared', 'eva')).text).toBe('{"run":2,"user":"luis"}');
    expect(runs).toEqual(['ana', 'luis']);
    expect(await counts()).toMatchObject({ refreshes: 1, refresh_errors: 0 });
  });

  it('a background refresh keeps a user’s answer with that user', async () => {
    for (const user of ['ana', 'luis']) await get('/mine', user);
    clock.advance(10_000);
    const stale = await Promise.all(['ana', 'luis'].map((user) => get('/mine', user)));
    expect(stale.map(({ text }) => text)).toEqual([
      '{"run":1,"user":"ana"}',
      '{"run":2,"user":"luis"}',
    ]);
    await until(() => runs.length === 4);
    await idle();
    for (const user of ['ana', 'luis']) {
      expect((await get('/mine', user)).text).toMatch(new RegExp(`"run":[34],"user":"${user}"`));
    }
    expect(runs).toHaveLength(4);
  });

  it('a handler is refreshed early, while the fresh answer is served', async () => {
    gate = new Promise((resolve) => clock.after(500, () => resolve(undefined)));
    const first = get('/hot', 'ana');
    await until(() => runs.length === 1 && clock.pending > 0);
    clock.advance(500);
    const { text } = await first;
    // Every hit is early with such eagerness, unless the random number is 0.
    while (runs.length < 2) expect((await get('/hot', 'luis')).text).toBe(text);
    await idle();
    expect((await get('/hot')).text).toBe('{"run":2,"user":"luis"}');
  });

  it('a background refresh runs only once the stale response was sent', async () => {
    await get('/shared');
    clock.advance(10_000);
    touch = (response) => void response.header('x-late', 'yes');
    const opened = deferred<undefined>();
    sending = opened.promise;
    const asking = get('/shared');
    while ((await counts()).stale_hits === 0) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(runs).toHaveLength(1);
    opened.resolve(undefined);
    const old = await asking;
    expect(old).toMatchObject({ status: 200, text: '{"run":1,"user":"anonymous"}' });
    expect(old.headers.get('x-late')).toBeNull();
    await idle();
  });

  it('a refresh that touched the response, which was already sent, stores nothing', async () => {
    await get('/shared');
    clock.advance(10_000);
    touch = (response) => void response.status(203);
    expect(await get('/shared')).toMatchObject({
      status: 200,
      text: '{"run":1,"user":"anonymous"}',
    });
    await until(() => runs.length === 2);
    await idle();
    // What was held is older than an answer that cannot be kept.
    expect(await running.cache.exists('shared:one')).toBe(false);
    expect(await get('/shared')).toMatchObject({
      status: 203,
      text: '{"run":3,"user":"anonymous"}',
    });
    expect(await counts()).toMatchObject({ load_errors: 0 });
  });

  it('a failed refresh of a handler is never an unhandled rejection', async () => {
    await get('/shared');
    clock.advance(10_000);
    failing = true;
    for (let n = 0; n < 3; n++) expect((await get('/shared')).text).toMatch(/"run":1/);
    await until(() => runs.length === 2);
    await idle();
    expect(await counts()).toMatchObject({ refresh_errors: 1, load_errors: 1, background: 0 });
    failing = false;
    clock.advance(2_000);
    await get('/shared');
    await until(() => runs.length === 3);
    await idle();
    expect((await get('/shared')).text).toMatch(/"run":3/);
  });

  it('a handler goes on after its soft timeout, and its answer is stored', async () => {
    await get('/patient');
    clock.advance(10_000);
    const opened = deferred<undefined>();
    gate = opened.promise;
    touch = (response) => void response.status(203);
    const asking = get('/patient');
    await until(() => runs.length === 2);
    touch = undefined;
    clock.advance(1_000);
    expect(await asking).toMatchObject({ status: 200, text: '{"run":1,"user":"anonymous"}' });
    // The one that touched its response is not stored, though that was undone for the old answer.
    opened.resolve(undefined);
    await idle();
    expect(await running.cache.exists('patient:one')).toBe(false);
    await get('/patient');
    clock.advance(10_000);
    const again = deferred<undefined>();
    gate = again.promise;
    const second = get('/patient');
    await until(() => runs.length === 4);
    clock.advance(1_000);
    expect((await second).text).toMatch(/"run":3/);
    again.resolve(undefined);
    await idle();
    expect((await get('/patient')).text).toMatch(/"run":4/);
    expect(runs).toHaveLength(4);
  });

  it('a handler past its hard timeout stores nothing, and removes nothing', async () => {
    const late = deferred<undefined>();
    gate = late.promise;
    const asking = get('/bounded');
    await until(() => runs.length === 1);
    clock.advance(1_000);
    expect((await asking).status).toBe(500);
    gate = undefined;
    expect((await get('/bounded')).text).toMatch(/"run":2/);
    late.resolve(undefined);
    for (let turn = 0; turn < 20; turn++) await settle();
    expect((await get('/bounded')).text).toMatch(/"run":2/);
    expect(runs).toHaveLength(2);
  });
});
