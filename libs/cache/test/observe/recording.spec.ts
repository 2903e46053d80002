import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CacheEngine, MemoryStore, silentLog } from '@gad/cache/store';
import { FakeClock, FaultyStore, settle } from '@gad/cache/testing';
import { Analytics } from '../../src/observe/analytics.js';
import { VERSION } from '../../src/observe/version.js';
import { COUNTER_NAMES, type Tally } from '../../src/observe/tally.js';

const LIMITS = { deadlineMs: 50, leaseMs: 2_000, leaseWaitMs: 5_000, maxValueBytes: 10_000 };
const CANARY = 'canary-4f1d';

it('the version that a process reports is that of the package', () => {
  const manifest = new URL('../../package.json', import.meta.url);
  expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ version: VERSION });
});

describe('What the cache records', () => {
  let clock: FakeClock;
  let faults: FaultyStore;
  let analytics: Analytics;
  let cache: CacheEngine;

  beforeEach(async () => {
    clock = new FakeClock();
    faults = new FaultyStore(new MemoryStore({ clock }), { clock });
    analytics = new Analytics(() => clock.now());
    const parts = { store: faults, prefix: 'gad:', limits: LIMITS, clock, logger: silentLog };
    cache = new CacheEngine({ ...parts, analytics });
    await cache.open();
  });

  const figures = (tally: Tally): Record<string, number> =>
    Object.fromEntries(
      COUNTER_NAMES.map((name) => [name, tally.get(name)] as const).filter(([, n]) => n !== 0),
    );
  const of = (namespace: string): Record<string, number> =>
    Object.fromEntries(
      [...analytics.namespaces()]
        .filter(([name]) => name === namespace)
        .flatMap(([, tally]) => Object.entries(figures(tally))),
    );
  const journal = () => analytics.journal.take().entries;

  it('a read counts once in its namespace, by what it found', async () => {
    await cache.getOrSet('stats:user:2:days:30', () => 1);
    await cache.getOrSet('stats:user:2:days:30', () => 2);
    await cache.getMany(['stats:user:2:days:30', 'stats:user:3:days:30']);
    await cache.get('config');
    expect(of('stats:user')).toMatchObject({ miss: 2, hit: 2, load: 1, put_fill: 1 });
    expect(of('(flat)')).toEqual({ miss: 1 });
  });

  it('the option namespace names it, in every operation that has options', async () => {
    const options = { namespace: 'mine', ttl: 60 };
    await cache.getOrSet('a:1', () => 1, options);
    await cache.getOrSetEntry('a:1', () => 1, options);
    await cache.set('a:2', 1, options);
    await cache.getOrSetMany(
      [3, 3, 4],
      (id) => `a:${id}`,
      (ids) => ids.map(() => 1),
      options,
    );
    expect(of('mine')).toMatchObject({ miss: 3, hit: 1, put_fill: 3, put_set: 1, load: 3 });
    expect(of('a')).toEqual({});
  });

  it('callers that wait for one load are one miss each, and the joined ones are known', async () => {
    const load = async (): Promise<number> => {
      await settle();
      return 1;
    };
    await Promise.all([1, 2, 3].map(() => cache.getOrSet('k:1', load)));
    expect(of('k')).toMatchObject({ miss: 3, load: 1, joined: 2, put_fill: 1 });
    expect(of('k')).not.toHaveProperty('hit');
  });

  it('a stale value that is served is a stale hit and no miss, in the background or after a failure', async () => {
    const options = { ttl: 10, staleWhileRevalidate: 10, staleIfError: 60 };
    await cache.getOrSet('k:1', () => 1, options);
    clock.advance(15_000);
    await cache.getOrSet('k:1', () => 1, options);
    await settle();
    clock.advance(25_000);
    await cache.getOrSet('k:1', () => Promise.reject(new Error('down')), options);
    expect(of('k')).toMatchObject({ miss: 1, stale_hit: 2, put_fill: 1, put_refresh: 1 });
    expect(of('k')).toMatchObject({ refreshed: 1, load: 3, load_failed: 1 });
    expect(of('k')).not.toHaveProperty('hit');
  });

  it('a read without the store is a bypass, and its failures are counted', async () => {
    faults.disconnect();
    await cache.get('k:1');
    await cache.getOrSet('k:1', () => 1);
    await cache.getMany(['k:1']);
    expect(of('k')).toMatchObject({ bypass: 3, load: 1 });
    expect(of('k')).not.toHaveProperty('miss');
    expect(cache.counts()).toMatchObject({ misses: 3, hits: 0 });
    expect(cache.counts().errors).toBeGreaterThan(0);
  });

  it('a value that was not stored says why', async () => {
    await cache.getOrSet('k:1', () => 'x'.repeat(20_000));
    await cache.getOrSet('k:2', () => cache.delete('k:2'));
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    await cache.set('k:3', cycle);
    const counted = of('k');
    expect(counted).toMatchObject({ refused_too_large: 1, refused_invalidated: 1 });
    expect(counted).toMatchObject({ refused_unserialisable: 1 });
    expect(journal().map(({ kind, subject }) => [kind, subject])).toEqual([
      ['oversized', 'k:1'],
      ['removal', 'k:2'],
      ['refused_fill', 'k:2'],
    ]);
  });

  it('removed keys are counted by cause, and the journal says who did it', async () => {
    const fill = () => cache.set('stats:user:2:days:30', 1);
    await fill();
    await cache.delete('stats:user:2:days:30', { kind: 'admin', by: 7, request: 'r-1' });
    await fill();
    await cache.invalidate('stats:user:2:*', undefined, { kind: 'event', event: 'tarea.updated' });
    await fill();
    await cache.deletePattern('stats:*');
    await fill();
    await cache.clear();
    expect(of('stats:user')).toMatchObject({ removed_admin: 1, removed_event: 1 });
    expect(of('stats')).toEqual({ removed_code: 1 });
    expect(of('(all)')).toEqual({
      ...{ removed_clear: 1, removal_clear: 1 },
      ...{ removal_admin: 1, removal_event: 1, removal_code: 1 },
    });
    expect(analytics.confirmations.count).toBe(4);
    expect(journal()).toEqual([
      expect.objectContaining({
        cause: 'admin',
        because: { kind: 'admin', by: '7', request: 'r-1' },
      }),
      expect.objectContaining({ cause: 'event', subject: 'stats:user:2:*', count: 1 }),
      expect.objectContaining({ cause: 'code', subject: 'stats:*' }),
      expect.objectContaining({ cause: 'clear', subject: '*' }),
    ]);
  });

  it('a pending removal keeps its reason until the store has confirmed it', async () => {
    await cache.set('k:1', 1);
    faults.disconnect();
    await cache.invalidate('k:*', undefined, { kind: 'event', event: 'late' });
    faults.heal();
    await clock.advanceAsync(200);
    expect(journal()).toEqual([
      expect.objectContaining({ cause: 'event', because: { kind: 'event', event: 'late' } }),
    ]);
    await cache.close();
  });

  it('a removal that the store does not confirm counts as such, and so does the reason', async () => {
    faults.disconnect();
    await expect(cache.delete('k:1', { kind: 'admin' })).rejects.toThrow();
    await cache.get('k:1');
    expect(of('(all)')).toEqual({ unconfirmed_admin: 1, store_offline: 1 });
  });

  it('a load that is taken over from a late process counts, and one that was given back does not', async () => {
    const parts = { store: faults, prefix: 'gad:', limits: LIMITS, clock, logger: silentLog };
    const other = new CacheEngine({ ...parts, analytics });
    await cache.getOrSet('k:1', () => Promise.reject(new Error('down'))).catch(() => undefined);
    clock.advance(3_000);
    await other.getOrSet('k:1', () => 1);
    expect(of('k')).not.toHaveProperty('takeover');
    let end = (): void => undefined;
    const late = cache.getOrSet(
      'k:2',
      () => new Promise<number>((resolve) => (end = () => resolve(1))),
    );
    await settle();
    clock.advance(2_001);
    await other.getOrSet('k:2', () => 2);
    end();
    await late;
    expect(of('k')).toMatchObject({ takeover: 1 });
    expect(journal()).toContainEqual(expect.objectContaining({ kind: 'takeover', subject: 'k:2' }));
    await other.close();
  });

  it('hits save the mean load, once', async () => {
    await cache.getOrSet('k:1', () => {
      clock.advance(100);
      return 1;
    });
    await cache.get('k:1');
    await cache.get('k:1');
    analytics.creditHits();
    analytics.creditHits();
    expect(of('k')).toMatchObject({ saved_ms: 200 });
  });

  it('the most read, the largest and the dearest keys are known, each with its error', async () => {
    const slow = (ms: number) => (): Promise<string> => {
      clock.advance(ms);
      return Promise.resolve('x'.repeat(ms));
    };
    for (let n = 1; n <= 20; n++) await cache.getOrSet(`k:${n}`, slow(n * 10));
    for (let n = 0; n < 20_000; n++) await cache.get(`k:${n % 2 === 0 ? 1 : 2 + (n % 19)}`);
    expect(analytics.dearest.top(2)).toEqual([
      { key: 'k:20', weight: 200, error: 0 },
      { key: 'k:19', weight: 190, error: 0 },
    ]);
    expect(analytics.largest.top(1)).toEqual([['k:20', 202]]);
    const [first] = analytics.frequent.top(1);
    expect(first?.key).toBe('k:1');
    expect(Math.abs((first?.weight ?? 0) - 10_000)).toBeLessThan(1_500);
  });

  it('short loads of many keys are sampled, and a dear one stands out', async () => {
    const load = (ms: number) => (): number => {
      clock.advance(ms);
      return 1;
    };
    for (let n = 0; n < 3_000; n++) await cache.getOrSet(`k:${n}`, load(0.1));
    await cache.getOrSet('k:dear', load(50));
    const top = analytics.dearest.top(1_024);
    expect(top[0]).toMatchObject({ key: 'k:dear', weight: 50 });
    expect(top.length).toBeLessThanOrEqual(1_024);
  });

  it('load times are in the histogram of the namespace', async () => {
    await cache.getOrSet('k:1', () => {
      clock.advance(100);
      return 1;
    });
    const tally = analytics.tallyOf('k:1', {});
    expect(tally.loads.count).toBe(1);
    expect(Math.abs((tally.loads.quantile(0.5) ?? 0) - 100)).toBeLessThan(12.5);
    expect(tally.get('load_ms')).toBe(100);
  });

  it('no value, and no message of an error, is recorded anywhere', async () => {
    await cache.getOrSet('k:1', () => CANARY);
    await cache.set('k:2', { secret: CANARY });
    await cache.getOrSet('k:3', () => Promise.reject(new Error(CANARY))).catch(() => undefined);
    await cache.getOrSet('~~hidden:canary-4f1d', () => 1);
    for (let n = 0; n < 500; n++) await cache.get('~~hidden:canary-4f1d');
    await cache.delete('~~hidden:canary-4f1d');
    const kept = [
      journal(),
      analytics.frequent.top(1_000),
      analytics.dearest.top(1_000),
      analytics.largest.top(1_000),
      [...analytics.namespaces()].map(([name]) => name),
    ];
    expect(JSON.stringify(kept)).toContain('~~hidden');
    expect(JSON.stringify(kept)).not.toContain(CANARY);
  });

  it.each(['', 'a b', 'x'.repeat(65), '(all)', 7])('the namespace %j is refused', async (name) => {
    const options = { namespace: name as string }; // what no type has checked
    await expect(cache.getOrSet('k:1', () => 1, options)).rejects.toThrow('namespace must be');
    await expect(cache.set('k:1', 1, options)).rejects.toThrow('namespace must be');
  });
});
