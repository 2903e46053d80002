import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { ownRedis } from '../../../../test/servers/suite-servers.js';

const url = await ownRedis();

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;

/** What cannot be stored, and the options under which that is so. */
const UNSTORABLE: [string, CacheModuleOptions, unknown][] = [
  [
    'larger than the in-process store',
    { maxBytes: 100_000, compression: 'off' },
    'x'.repeat(60_000),
  ],
  ['larger than the limit for values', { maxValueBytes: 1_000 }, 'x'.repeat(2_000)],
  [
    'larger than the limit, in Redis',
    { maxValueBytes: 1_000, prefix: 'gad:', redis: { url: 'own' } },
    'x'.repeat(2_000),
  ],
  ['no JSON', {}, cyclic],
];

describe.each(UNSTORABLE)('A value that is %s', (_, options, value) => {
  let cache: CacheEngine;
  beforeEach(async () => {
    const connection = options.redis && { prefix: 'gad:', redis: { url } };
    cache = createCache({ deadlineMs: 2_000, ...options, ...connection }, silentLog);
    await cache.open();
  });
  afterEach(() => cache.close());

  it('a value that cannot be stored makes set() false, and no older one is served after it', async () => {
    await cache.set('k', 'old');
    expect(await cache.set('k', value)).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
    expect(cache.counts().sets).toBe(1);
  });

  it('a value that cannot be stored keeps its place in the order of the sets', async () => {
    const sets = ['a', value, 'b', 'c', value].map((one) => cache.set('k', one));
    expect(await Promise.all(sets)).toEqual([true, false, true, true, false]);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a value that cannot be stored releases the token, so that the next caller loads at once', async () => {
    const token = await cache.acquireLease('k');
    expect(await cache.set('k', value, { token })).toBe(false);
    expect(await cache.acquireLease('k')).toBeDefined();
  });

  it('a value that cannot be stored is returned by its load, which says that it is not stored', async () => {
    const entry = await cache.getOrSetEntry('k', () => value, { ttl: 60 });
    expect(entry).toMatchObject({ hit: false, stored: false });
    expect(entry.value).toBe(value);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 'next', { ttl: 60 })).toBe('next');
    expect(cache.counts()).toMatchObject({ sets: 1, refused_fills: 0, errors: 0 });
  });
});

describe('Twelve thousand keys at once in a process with room for three hundred', () => {
  it('twelve thousand keys are all stored, in turn: none is refused and none fails', async () => {
    // A busy machine may need longer for them than a call may wait for its turn.
    const time = { deadlineMs: 20_000, leaseWaitMs: 120_000 };
    const cache = createCache({ maxEntries: 300, ...time }, silentLog);
    await cache.open();
    const keys = Array.from({ length: 12_000 }, (_, n) => `k:${n}`);
    await Promise.all(keys.map((key) => cache.getOrSet(key, () => 1)));
    expect(cache.counts()).toMatchObject({
      ...{ loads: 12_000, sets: 12_000, refused_fills: 0, errors: 0 },
    });
    expect((await cache.store.statistics()).keys).toBe(300);
    await cache.close();
  });
});
