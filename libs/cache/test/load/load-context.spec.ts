import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import type { FaultyStore } from '@gad/cache/testing';
import { settle } from '@gad/cache/testing';
import { deferred, until } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';
import { failOnLeaks } from '../support/resources.js';
import { storePairs } from '../support/store-pairs.js';
import { twoEngines } from '../support/two-engines.js';

failOnLeaks();

const { pairs } = storePairs();
const context = new AsyncLocalStorage<string>();

/** What loaders saw, as `who asked in whose context`. */
let seen: string[];
const as = <T>(who: string, call: () => Promise<T>): Promise<T> => context.run(who, call);
const note = (who: string): void => void seen.push(`${who} in ${String(context.getStore())}`);

beforeEach(() => {
  seen = [];
});

describe.each(pairs)('A loader, on the %s:', (_, pair) => {
  let stores: CacheStore[];
  let faults: FaultyStore;
  let cache: CacheEngine;
  let other: CacheEngine;

  beforeEach(async () => {
    ({ stores, faults, cache, other } = await twoEngines(pair));
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  const ask = (who: string, gate?: Promise<unknown>) =>
    as(who, () =>
      cache.getOrSet('k', async () => {
        note(who);
        await gate;
        note(who);
        return who;
      }),
    );

  it('the loader of a caller that waited runs in that caller’s context after an invalidation', async () => {
    const row = deferred<undefined>();
    const first = ask('anna', row.promise);
    await until(() => cache.counts().loads === 1);
    await other.delete('k');
    const others = [ask('berta'), ask('carla')];
    await until(() => cache.counts().joins === 2);
    row.resolve(undefined);
    expect(await Promise.all([first, ...others])).toEqual(['anna', 'berta', 'berta']);
    expect(seen).toEqual(['anna in anna', 'anna in anna', 'berta in berta', 'berta in berta']);
  });

  it('each loader runs in its caller’s context while the store is unavailable', async () => {
    faults.disconnect();
    const gates = ['anna', 'berta', 'carla'].map(() => deferred<undefined>());
    const callers: Promise<string>[] = [];
    for (const [at, who] of ['anna', 'berta', 'carla'].entries()) {
      callers.push(ask(who, gates[at]?.promise));
      if (at > 0) gates[at - 1]?.resolve(undefined);
      await until(() => cache.counts().loads === at + 1);
    }
    gates[2]?.resolve(undefined);
    expect(await Promise.all(callers)).toEqual(['anna', 'berta', 'carla']);
    for (const line of seen) expect(line).toMatch(/^(\w+) in \1$/);
  });

  it('a batch loader runs in the context of its call, also for keys that come late', async () => {
    const theirs = deferred<undefined>();
    const failing = other.getOrSet('b', () =>
      theirs.promise.then(() => Promise.reject(new Error())),
    );
    const failed = failing.catch(() => undefined);
    await until(() => other.counts().loads === 1);
    const batch = as('berta', () =>
      cache.getOrSetMany(['a', 'b'], String, (keys) => {
        note(`berta:${keys.join()}`);
        return keys;
      }),
    );
    await until(() => seen.length === 1);
    await context.run('anna', async () => {
      theirs.resolve(undefined);
      await failed;
    });
    expect(await batch).toEqual(['a', 'b']);
    expect(seen).toEqual(['berta:a in berta', 'berta:b in berta']);
  });

  it('a loader that runs because another process failed has the context of its caller', async () => {
    const theirs = deferred<undefined>();
    const failing = other.getOrSet('k', () =>
      theirs.promise.then(() => Promise.reject(new Error())),
    );
    const failed = failing.catch(() => undefined);
    await until(() => other.counts().loads === 1);
    const mine = ask('anna');
    await until(() => cache.counts().waits > 0);
    await context.run('other', () => {
      theirs.resolve(undefined);
      return failed;
    });
    expect(await mine).toBe('anna');
    expect(seen).toEqual(['anna in anna', 'anna in anna']);
  });
});

describe('A loader', () => {
  it('a background refresh runs in the context of the caller that was served', async () => {
    const { cache, clock } = manualEngine();
    const options = { ttl: 1, staleWhileRevalidate: 60 };
    const read = (who: string) => as(who, () => cache.getOrSet('k', () => note(who) ?? 1, options));
    await read('anna');
    await clock.advanceAsync(1_000);
    await read('berta');
    await settle();
    expect(seen).toEqual(['anna in anna', 'berta in berta']);
    await cache.close();
  });

  it('a load costs a context only where a caller waits for the load of another', async () => {
    const bind = jest.spyOn(AsyncResource, 'bind');
    const { cache } = manualEngine();
    const row = deferred<number>();
    const leader = cache.getOrSet('k', () => row.promise);
    await settle();
    expect(bind).toHaveBeenCalledTimes(0);
    const waiter = cache.getOrSet('k', () => 2);
    await settle();
    expect(bind).toHaveBeenCalledTimes(1);
    row.resolve(1);
    expect(await Promise.all([leader, waiter])).toEqual([1, 1]);
    expect(await cache.getOrSet('k', () => 2)).toBe(1);
    expect(bind).toHaveBeenCalledTimes(1);
    bind.mockRestore();
    await cache.close();
  });
});

describe('The signals of the cache', () => {
  // Node's own warnings do not reach the process object of a suite.
  const PROGRAM = `
    import { CacheEngine, MemoryStore, silentLog } from './libs/cache/src/store.ts';
    import { FakeClock, settle } from './libs/cache/src/testing/index.ts';
    const clock = new FakeClock();
    const limits = { deadlineMs: 50, leaseMs: 2_000, leaseWaitMs: 5_000, maxValueBytes: 1_000 };
    const store = new MemoryStore({ clock });
    const cache = new CacheEngine({ store, prefix: 'gad:', limits, clock, logger: silentLog });
    const keys = Array.from({ length: 40 }, (_, at) => 'k:' + at);
    const read = () => Promise.all(keys.map((key) => cache.getOrSet(key, async ({ signal }) => {
      for (let query = 0; query < 20; query++) signal.addEventListener('abort', () => query);
      await settle();
      return 1;
    }, { ttl: 1, staleWhileRevalidate: 60 })));
    await read();
    await clock.advanceAsync(1_000);
    await read();
    console.log(cache.counts().background);
  `;

  it('the signals of the cache raise no warning of leaked listeners, however many loads there are', async () => {
    const args = ['--import', './tools/typescript.mjs', '--input-type=module', '--eval', PROGRAM];
    const cwd = fileURLToPath(new URL('../../../..', import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd });
    expect(stdout).toBe('40\n');
    expect(stderr).not.toContain('MaxListeners');
  });
});
