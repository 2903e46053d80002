import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { createCache, CacheUnavailableError, runWithCacheDeadline } from '@gad/cache';
import type { TcpProxy } from '../../../../../test/servers/tcp-proxy.js';
import { startTcpProxy } from '../../../../../test/servers/tcp-proxy.js';
import { deferred, logInto, until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';
import { expectNoMoreThan, failOnLeaks, resourcesNow } from '../../support/resources.js';

/** Above the defaults: a busy machine must not look like an outage of its own. */
const BOUNDS = { deadlineMs: 200, removalTimeoutMs: 2_000 };

let server: RedisServer;
let proxy: TcpProxy;
let cache: CacheEngine;
let lines: string[];
const log = logInto(() => lines);

failOnLeaks();
beforeEach(async () => {
  lines = [];
  server = await startRedis();
  proxy = await startTcpProxy(Number(new URL(server.url).port));
  cache = createCache(
    { prefix: 'gad:', redis: { url: `redis://127.0.0.1:${proxy.port}/0` }, ...BOUNDS },
    log,
  );
  await cache.open();
});
afterEach(async () => {
  await server.thaw();
  await cache.close();
  await proxy.close();
  await server.stop();
});

interface Outage {
  readonly name: string;
  /** Whether removals, which wait longer than reads, still get through. */
  readonly removes?: boolean;
  strike(): Promise<void> | void;
  heal(): Promise<void> | void;
}

const OUTAGES: readonly Outage[] = [
  { name: 'killed', strike: () => server.kill(), heal: () => server.start() },
  { name: 'frozen', strike: () => server.freeze(), heal: () => server.thaw() },
  {
    name: 'behind a network that swallows everything',
    strike: () => proxy.become({ kind: 'swallow' }),
    heal: () => proxy.become({ kind: 'pass' }),
  },
  {
    name: 'behind a network that loses the answers only',
    strike: () => proxy.become({ kind: 'deaf' }),
    heal: () => proxy.become({ kind: 'pass' }),
  },
  {
    name: 'refusing connections',
    strike: () => proxy.become({ kind: 'refuse' }),
    heal: () => proxy.become({ kind: 'pass' }),
  },
  {
    name: 'slower than the deadline',
    removes: true,
    strike: () => proxy.become({ kind: 'delay', ms: 180 }),
    heal: () => proxy.become({ kind: 'pass' }),
  },
];

/** What requests do, fifty at a time; every answer must be the loader's or a hit of the same. */
async function answersAll(): Promise<void> {
  const values = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      runWithCacheDeadline(() => cache.getOrSet(`k:${n % 10}`, () => n % 10)),
    ),
  );
  expect(values).toEqual(Array.from({ length: 50 }, (_, n) => n % 10));
}

async function isBack(): Promise<void> {
  // The first operations after an outage may still fail: connections settle on a busy machine.
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if ((await cache.set('back', 1)) && (await cache.get('back')) === 1) return;
    await sleep(10);
  }
  throw new Error(`the store is not used again: ${JSON.stringify(cache.counts())}`);
}

describe.each(OUTAGES)('A store that is $name', ({ strike, heal, removes = false }) => {
  it('an unreachable store costs no answer, fails its removals, and is used again without a restart', async () => {
    await isBack();
    const before = await resourcesNow();
    lines = [];
    for (let round = 1; round <= 2; round++) {
      await strike();
      await answersAll();
      await until(() => !cache.store.connected);
      expect(cache.counts().circuit).not.toBe('closed');
      await answersAll();
      expect(await cache.get('k:1')).toBeUndefined();
      expect(await cache.set('k:1', 1)).toBe(false);
      const removals = [() => cache.delete('k:1'), () => cache.deletePattern('k:*')];
      for (const remove of [...removals, () => cache.clear()]) {
        if (removes) expect(await remove()).toEqual(expect.any(Number));
        else await expect(remove()).rejects.toThrow(CacheUnavailableError);
      }
      expect(lines.filter((line) => line.includes('store is unavailable'))).toHaveLength(round);
      await heal();
      await isBack();
      await answersAll();
      expect(lines.filter((line) => line.includes('is connected'))).toHaveLength(round);
    }
    await expectNoMoreThan(before);
  });

  it('an unreachable store costs a write one deadline, and its removal is done before anything is served', async () => {
    await isBack();
    await cache.set('stats:1', 'old');
    expect(await cache.get('stats:1')).toBe('old');
    await strike();
    expect(await runWithCacheDeadline(() => cache.invalidate(['stats:*']))).toBe(false);
    expect(await cache.get('stats:1')).toBeUndefined();
    await heal();
    const served: unknown[] = [];
    while (cache.counts().pending_removals > 0 || !cache.store.connected) {
      served.push(await cache.get('stats:1'), await cache.getOrSet('stats:1', () => 'new'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(served.filter((value) => value === 'old')).toEqual([]);
    await isBack();
    expect(await cache.get('stats:1')).not.toBe('old');
    expect(await cache.getOrSet('stats:1', () => 'new')).toBe('new');
  });
});

describe('A connection', () => {
  it('a half-open connection that the server forgot is replaced', async () => {
    await isBack();
    const before = await resourcesNow();
    const accepted = proxy.accepted;
    proxy.forget();
    await answersAll();
    await until(() => proxy.accepted > accepted);
    await isBack();
    await answersAll();
    await expectNoMoreThan(before);
  });

  it('a connection that is reset under load costs no answer', async () => {
    await isBack();
    const before = await resourcesNow();
    for (let round = 0; round < 10; round++) {
      const answers = answersAll();
      proxy.reset();
      await answers;
    }
    await isBack();
    await expectNoMoreThan(before);
  });

  it('a connection that delivers a byte at a time works', async () => {
    await isBack();
    proxy.become({ kind: 'slice' });
    const patient = createCache(
      { redis: { url: `redis://127.0.0.1:${proxy.port}/0` }, prefix: 'p:', deadlineMs: 10_000 },
      { notice: () => undefined, warn: () => undefined },
    );
    await patient.open();
    await until(() => patient.store.connected);
    expect(await patient.getOrSet('k', () => ({ text: 'ñandú 🦤' }))).toEqual({ text: 'ñandú 🦤' });
    expect(await patient.get('k')).toEqual({ text: 'ñandú 🦤' });
    expect(await patient.deletePattern('*')).toBe(1);
    await patient.close();
  });

  it('a connection that is lost during a load costs the storing, not the value', async () => {
    await isBack();
    const row = deferred<number>();
    const slow = cache.getOrSetEntry('slow', () => row.promise);
    await until(() => cache.counts().loading === 1);
    proxy.become({ kind: 'swallow' });
    row.resolve(7);
    expect(await slow).toMatchObject({ value: 7, stored: false });
  });
});

describe('Closing', () => {
  it.each(OUTAGES)(
    'closing ends in bounded time with a store that is $name',
    async ({ strike }) => {
      await isBack();
      await strike();
      await cache.invalidate(['stats:*']);
      await cache.close();
      expect(await cache.getOrSet('k', () => 1)).toBe(1);
      await expect(cache.delete('k')).rejects.toThrow(/closed/);
    },
  );
});
