import { Readable } from 'node:stream';
import { Controller, Get, Res, StreamableFile } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey } from '@gad/cache';
import { CacheTesting, FakeClock } from '@gad/cache/testing';
import { deferred } from '../support/fixtures.js';
import { failOnLeaks } from '../support/resources.js';
import type { Platform, RunningApp, TestResponse } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

failOnLeaks();

type Manner = 'cacheable' | 'another status' | 'a cookie' | 'a stream' | 'nothing' | 'an error';

let manner: Manner;
let gate: Promise<void> | undefined;
let runs: number;

@Controller()
class ItemController {
  @Get('item')
  @CacheAside({
    scope: 'shared',
    key: () => cacheKey`item:1`,
    ttl: 10,
    staleIfError: 60,
    headers: ['etag'],
  })
  async item(@Res({ passthrough: true }) response: TestResponse): Promise<unknown> {
    const run = ++runs;
    await gate;
    response.header('etag', `"${String(run)}"`);
    if (manner === 'a cookie') response.header('set-cookie', `run=${String(run)}`);
    if (manner === 'another status') response.status(203);
    if (manner === 'a stream') return new StreamableFile(Readable.from([`run ${String(run)}`]));
    if (manner === 'nothing') return undefined;
    if (manner === 'an error') {
      response.status(418);
      response.header('x-failed', 'yes');
      throw new Error('the source is down');
    }
    return { run };
  }
}

const OTHERS = ['another status', 'a cookie', 'a stream', 'nothing'] as const;
const EXPIRY_MS = 10_000;

describe.each(PLATFORMS)('An answer that is not for sharing, on %s:', (platform: Platform) => {
  let running: RunningApp;
  let clock: FakeClock;
  const get = () => running.get('/item');
  const counts = async () => (await running.cache.getStats()).local;

  beforeEach(async () => {
    [manner, gate, runs] = ['cacheable', undefined, 0];
    clock = new FakeClock();
    const { options } = new CacheTesting({ clock });
    running = await startApp({ platform, controllers: [ItemController], options });
    await get();
    clock.advance(EXPIRY_MS);
  });
  afterEach(() => running.close());

  it.each(OTHERS)(
    'an uncacheable response (%s) is no failure, so the stale value is not served instead',
    async (other) => {
      manner = other;
      const opened = deferred<undefined>();
      gate = opened.promise;
      const asking = Array.from({ length: 5 }, get);
      while ((await counts()).joins < 4) await new Promise(setImmediate);
      opened.resolve(undefined);
      const answers = await Promise.all(asking);
      expect(answers.map(({ text }) => text)).not.toContain('{"run":1}');
      expect(answers.map(({ status }) => status)).toEqual(
        answers.map(() => (other === 'another status' ? 203 : 200)),
      );
      // Each has run its own handler.
      const etags = answers.map(({ headers }) => headers.get('etag')).sort();
      expect(etags).toEqual(['"2"', '"3"', '"4"', '"5"', '"6"']);
      await get();
      expect(runs).toBe(7);
      expect(await counts()).toMatchObject({ load_errors: 0, stale_hits: 0 });
    },
  );

  it.each(OTHERS)(
    'an uncacheable response (%s) ends the stale value, so a later failure has none to serve',
    async (other) => {
      manner = other;
      await get();
      expect(await running.cache.exists('item:1')).toBe(false);
      manner = 'an error';
      expect((await get()).status).toBe(500);
      manner = 'cacheable';
      expect((await get()).text).toBe('{"run":4}');
      expect((await get()).text).toBe('{"run":4}');
    },
  );

  it.each(OTHERS)(
    'an uncacheable response (%s) keeps no request waiting for another',
    async (other) => {
      await running.cache.delete('item:1');
      manner = other;
      const opened = deferred<undefined>();
      gate = opened.promise;
      // Who asks while the first runs cannot know better than to wait for it.
      const asking = Array.from({ length: 3 }, get);
      while ((await counts()).joins < 2) await new Promise(setImmediate);
      const others = deferred<undefined>();
      gate = others.promise;
      opened.resolve(undefined);
      while (runs < 4) await new Promise(setImmediate);
      others.resolve(undefined);
      await Promise.all(asking);
      expect(runs).toBe(4);
      for (const expected of [9, 14]) {
        const again = deferred<undefined>();
        gate = again.promise;
        const wave = Array.from({ length: 5 }, get);
        while (runs < expected) await new Promise(setImmediate);
        if (expected === 14) manner = 'cacheable';
        again.resolve(undefined);
        await Promise.all(wave);
      }
      expect((await counts()).joins).toBe(2);
      const { text } = await get();
      expect(text).toMatch(/^{"run":1[0-4]}$/);
      await running.cache.delete('item:1');
      const last = deferred<undefined>();
      gate = last.promise;
      const shared = Array.from({ length: 5 }, get);
      while ((await counts()).joins < 6) await new Promise(setImmediate);
      last.resolve(undefined);
      expect((await Promise.all(shared)).map((answer) => answer.text)).toEqual(
        shared.map(() => '{"run":15}'),
      );
    },
  );

  it('an uncacheable response costs no more than its caching without the store', async () => {
    manner = 'another status';
    const { faults, options } = new CacheTesting({ clock });
    const offline = await startApp({ platform, controllers: [ItemController], options });
    faults.disconnect();
    expect(await offline.get('/item')).toMatchObject({ status: 203 });
    await offline.close();
  });

  it('a stale value that stands in for a failure bears no trace of it', async () => {
    manner = 'an error';
    const old = await get();
    expect(old).toMatchObject({ status: 200, text: '{"run":1}' });
    expect(old.headers.get('etag')).toBe('"1"');
    expect(old.headers.get('x-failed')).toBeNull();
    expect(await counts()).toMatchObject({ load_errors: 1, stale_hits: 1 });
  });
});
