import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheModule } from '../cache.module.js';
import { CacheService } from '../cache.service.js';
import { CacheTesting, testCache } from './cache-testing.js';
import { CacheTestingModule } from './cache-testing.module.js';
import { FakeClock } from './fake-clock.js';
import { settle } from './settle.js';

@Injectable()
class Reports {
  computed = 0;

  constructor(private readonly cache: CacheService) {}

  of(user: number): Promise<number> {
    return this.cache.getOrSet(`reports:${user}`, () => ++this.computed, { ttl: 300 });
  }
}

@Module({
  imports: [CacheModule.forRoot({ prefix: 'a:', redis: { url: 'redis://127.0.0.1:1/0' } })],
  providers: [Reports],
})
class ProductionModule {}

describe('CacheTestingModule', () => {
  it('the testing module gives the real service over a store whose time the test moves', async () => {
    const clock = new FakeClock();
    const app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot({ clock, prefix: 'test:' })],
    }).compile();
    await app.init();
    const cache = app.get(CacheService);
    await cache.set('k', 1, { ttl: 300 });
    clock.advance(299_000);
    expect(await cache.ttl('k')).toBe(1);
    expect(cache.fullKey('k')).toBe('test:k');
    clock.advance(1_000);
    expect(await cache.exists('k')).toBe(false);
    // What the cache itself waits for moves as well.
    const { faults } = app.get(CacheTesting);
    faults.fail('remove', { times: 1 });
    expect(await cache.invalidate('k')).toBe(false);
    await clock.advanceAsync(100);
    expect((await cache.getStats()).local.pending_removals).toBe(0);
    await app.close();
  });

  it('the testing module records reads, fills and removals, and fails on command', async () => {
    const app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot()],
      providers: [Reports],
    }).compile();
    await app.init();
    const reports = app.get(Reports);
    const { calls, faults } = app.get(CacheTesting);
    expect(await reports.of(1)).toBe(1);
    expect(await reports.of(1)).toBe(1);
    expect({ misses: calls.misses, filled: calls.filled, hits: calls.hits }).toEqual({
      misses: ['reports:1'],
      filled: ['reports:1'],
      hits: ['reports:1'],
    });
    faults.disconnect();
    expect(await reports.of(1)).toBe(2);
    faults.heal();
    expect(await reports.of(1)).toBe(1);
    await app.close();
  });

  it('the testing module takes the place of the cache of a module that brings its own', async () => {
    const { cache, calls } = testCache();
    const app = await Test.createTestingModule({ imports: [ProductionModule] })
      .overrideProvider(CacheService)
      .useValue(cache)
      .compile();
    await app.init();
    expect(await app.get(Reports).of(7)).toBe(1);
    expect(calls.filled).toEqual(['reports:7']);
    await app.close();
  });
});

describe('testCache', () => {
  it('testCache moves deadlines and waits with its clock', async () => {
    const clock = new FakeClock();
    const { cache, faults } = testCache({
      clock,
      deadlineMs: 50,
      leaseWaitMs: 5_000,
      leaseMs: 60_000,
    });
    faults.hang('read', { times: 1 });
    const read = cache.get('k');
    await clock.advanceAsync(50);
    expect(await read).toBeUndefined();

    const elsewhere = await cache.acquireLease('k');
    let served: number | undefined;
    const waiting = cache.getOrSet('k', () => 1).then((value) => (served = value));
    await clock.advanceAsync(4_999);
    expect(served).toBeUndefined();
    await clock.advanceAsync(251);
    expect(await waiting).toBe(1);
    expect(await cache.set('k', 2, { token: elsewhere })).toBe(true);
  });

  it('a late process does not take its store for a slow one', async () => {
    const clock = new FakeClock();
    const { cache, faults } = testCache({ clock, deadlineMs: 50 });
    const late = cache.getOrSetEntry('k:1', () => 1);
    clock.advance(60);
    expect((await late).stored).toBe(true);
    faults.hang('acquire');
    const slow = cache.getOrSetEntry('k:2', () => 1);
    await clock.advanceAsync(60);
    expect((await slow).stored).toBe(false);
  });

  it('testCache keeps to the bounds and counts of its options', async () => {
    const { cache, calls } = testCache({ maxEntries: 2, prefix: 'p:' });
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 1, 1]);
    expect(calls).toMatchObject({ misses: ['a'], hits: ['b', 'c'], filled: ['a', 'b', 'c'] });
    await cache.delete('b');
    await cache.deletePattern('c*');
    await cache.clear();
    expect(calls.removed).toEqual(['b', 'c*', '*']);
    expect([calls.count(), calls.count('write'), calls.count('remove')]).toEqual([7, 3, 3]);
    calls.reset();
    expect([calls.count(), calls.hits, calls.removed]).toEqual([0, [], []]);
  });

  it('testCache bounds removals as its options say', async () => {
    const clock = new FakeClock();
    const { cache, faults } = testCache({ clock, removalTimeoutMs: 10 });
    faults.hang('remove');
    const removal = expect(cache.delete('k')).rejects.toMatchObject({ reason: 'timeout' });
    await clock.advanceAsync(10);
    await removal;
    expect(clock.pending).toBe(0);
  });

  it('testCache does not take a refused fill for one that was done', async () => {
    const { cache, calls, faults } = testCache({ clock: new FakeClock() });
    const held = faults.hold('fill');
    const reader = cache.getOrSet('k', () => 1);
    await held.arrived;
    await cache.delete('k');
    held.release();
    expect(await reader).toBe(1);
    await settle();
    expect(calls.filled).toEqual([]);
    expect(calls.count('fill')).toBe(1);
  });
});
