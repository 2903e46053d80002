import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey, CacheReadAhead, validated } from '@gad/cache';
import type { AnswerEntry } from '@gad/cache';
import { CacheTesting } from '@gad/cache/testing';
import { deferred } from '../support/fixtures.js';
import type { RunningApp, TestRequest } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

let decision: ReturnType<typeof deferred<boolean>>;
let runs: number;

/** Sends the read of the answer, and decides when the test does. */
@Injectable()
class SlowGuard implements CanActivate {
  constructor(private readonly ahead: CacheReadAhead) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    this.ahead.begin(context);
    return decision.promise;
  }
}

const hitOf = ({ value, hit }: AnswerEntry<string>): object => ({ value, hit });

@Controller()
@UseGuards(SlowGuard)
class ItemsController {
  @Get('item')
  @CacheAside({ scope: 'shared', key: () => cacheKey`item`, ttl: 60, map: hitOf })
  item(): string {
    runs++;
    return 'item';
  }

  @Get('own')
  @CacheAside({ scope: 'user', key: () => cacheKey`own`, ttl: 60, map: hitOf })
  own(): string {
    return 'own';
  }

  @Get('varied')
  @CacheAside({
    scope: 'shared',
    key: () => cacheKey`varied`,
    vary: (context) => context.switchToHttp().getRequest<TestRequest>().headers['x-user'] ?? 'none',
    ttl: 60,
    map: hitOf,
  })
  varied(): string {
    return 'varied';
  }

  @Get('refused')
  @CacheAside({
    scope: 'shared',
    read: validated({ query: Object }, { transform: () => Promise.reject(new Error('bad')) }),
    key: () => cacheKey`refused`,
    ttl: 60,
    map: hitOf,
  })
  refused(): string {
    return 'refused';
  }
}

describe.each(PLATFORMS)('A read that a guard sends ahead, on %s:', (platform) => {
  let store: CacheTesting;
  let running: RunningApp;
  beforeEach(async () => {
    runs = 0;
    store = new CacheTesting({ deadlineMs: 20_000 });
    const options = { ...store.options, userOf: () => 'ana' };
    running = await startApp({ platform, controllers: [ItemsController], options });
    // A handler is known after its first request.
    for (const path of ['/item', '/own', '/varied', '/refused']) await get(path);
    store.calls.reset();
  });
  afterEach(() => running.close());

  const get = (path: string, allowed = true): ReturnType<RunningApp['get']> => {
    decision = deferred();
    decision.resolve(allowed);
    return running.get(path);
  };
  const reads = (): number => store.calls.count('read', 'readWithLife');

  it('is sent before the guard has decided, and is the only one of the hit', async () => {
    decision = deferred();
    const answer = running.get('/item');
    while (reads() === 0) await new Promise(setImmediate);
    decision.resolve(true);
    expect(JSON.parse((await answer).text)).toEqual({ value: 'item', hit: true });
    expect([reads(), runs]).toEqual([1, 1]);
  });

  it('answers and counts nothing when the guard refuses', async () => {
    const before = (await running.cache.getStats()).local;
    const answer = await get('/item', false);
    expect(answer.status).toBe(403);
    expect(answer.text).not.toContain('hit');
    const { hits, misses } = (await running.cache.getStats()).local;
    expect([reads(), hits, misses]).toEqual([1, before.hits, before.misses]);
  });

  it('that finds nothing is followed by one load', async () => {
    await running.cache.delete('item');
    store.calls.reset();
    expect(JSON.parse((await get('/item')).text)).toEqual({ value: 'item', hit: false });
    expect([store.calls.count('acquire'), runs]).toEqual([1, 2]);
  });

  it('of one request is not used by another', async () => {
    expect(JSON.parse((await get('/item')).text)).toMatchObject({ hit: true });
    await running.cache.set('item', 'changed');
    expect(JSON.parse((await get('/item')).text)).toEqual({ value: 'changed', hit: true });
  });

  it('is not sent where the key depends on the caller, or the request is not valid', async () => {
    for (const path of ['/own', '/varied', '/refused']) {
      expect((await get(path, false)).status).toBe(403);
    }
    expect(store.calls.count()).toBe(0);
    expect((await get('/refused')).status).toBe(500);
  });

  it('does not fail the request when the store does', async () => {
    store.faults.fail(['read', 'readWithLife', 'acquire']);
    expect(JSON.parse((await get('/item')).text)).toEqual({ value: 'item', hit: false });
    expect((await get('/item', false)).status).toBe(403);
  });
});
