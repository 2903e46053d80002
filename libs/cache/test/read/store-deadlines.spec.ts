import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { CacheUnavailableError } from '@gad/cache';
import { FakeClock, settle, testCache } from '@gad/cache/testing';

// Pending removals are warned of.
Logger.overrideLogger(false);

const BOUNDS = { deadlineMs: 50, removalTimeoutMs: 1_000, leaseMs: 2_000, leaseWaitMs: 5_000 };

function timed() {
  const clock = new FakeClock();
  return Object.assign(testCache({ ...BOUNDS, clock }), { clock });
}

/** How many milliseconds passed until the work was done. */
async function duration(clock: FakeClock, work: Promise<unknown>): Promise<number> {
  const begin = clock.now();
  let done = false;
  const end = work.then(
    () => (done = true),
    () => (done = true),
  );
  await settle();
  while (!done) await clock.advanceAsync(1);
  await end;
  return clock.now() - begin;
}

describe('The deadlines of a store that does not answer', () => {
  it('a read costs one deadline and is a miss', async () => {
    const { cache, faults, clock } = timed();
    await cache.set('k', 1);
    faults.hang('all');
    const read = cache.get('k');
    expect(await duration(clock, read)).toBe(50);
    expect(await read).toBeUndefined();
  });

  it('a read-through costs one deadline, however many calls it would take', async () => {
    const { cache, faults, clock } = timed();
    faults.hang('all');
    const read = cache.getOrSet('k', () => 1);
    expect(await duration(clock, read)).toBe(50);
    expect(await read).toBe(1);
  });

  it('late answers share one deadline', async () => {
    const { cache, faults, clock } = timed();
    faults.delay('all', 30);
    const read = cache.getOrSetEntry('k', () => 1);
    expect(await duration(clock, read)).toBe(50);
    expect(await read).toMatchObject({ value: 1, stored: false });
  });

  it('the time of the loader does not count against the deadline', async () => {
    const { cache, faults, clock } = timed();
    faults.delay('all', 10);
    const slow = () => new Promise<number>((resolve) => void clock.after(900, () => resolve(1)));
    const read = cache.getOrSetEntry('k', slow, { ttl: 60 });
    expect(await duration(clock, read)).toBe(930);
    expect(await read).toMatchObject({ value: 1, stored: true });
  });

  it('a removal has a longer deadline, and then an error', async () => {
    const { cache, faults, clock } = timed();
    faults.hang('all');
    const removal = cache.delete('k');
    expect(await duration(clock, removal)).toBe(1_000);
    await expect(removal).rejects.toThrow(CacheUnavailableError);
  });

  it('a removal whose reply was lost is an error, although it was done', async () => {
    const { cache, faults, clock } = timed();
    await cache.set('k', 1);
    faults.loseReply('remove', { times: 1 });
    const removal = cache.delete('k');
    await duration(clock, removal);
    await expect(removal).rejects.toThrow(CacheUnavailableError);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('an invalidation after a write costs one deadline at most, and is retried', async () => {
    const { cache, faults, clock } = timed();
    await cache.set('k:1', 'old');
    faults.hang('remove', { times: 1 });
    const invalidation = cache.invalidate('k:*');
    expect(await duration(clock, invalidation)).toBe(50);
    expect(await invalidation).toBe(false);
    expect(await cache.getOrSet('k:1', () => 'new')).toBe('new');
    await clock.advanceAsync(200);
    expect((await cache.getStats()).local.pending_removals).toBe(0);
    expect(await cache.get('k:1')).toBeUndefined();
  });

  it('a waiter takes over a load elsewhere when its lease ends', async () => {
    const { cache, clock } = timed();
    await cache.acquireLease('k');
    const taken = cache.getOrSetEntry('k', () => 'taken over');
    expect(await duration(clock, taken)).toBeLessThanOrEqual(2_001);
    expect(await taken).toMatchObject({ value: 'taken over', stored: true });
  });

  it('a load slower than its lease still stores, unless another process was quicker', async () => {
    const { cache, clock } = timed();
    const token = await cache.acquireLease('slow');
    await clock.advanceAsync(10_000);
    expect(await cache.set('slow', 1, { token })).toBe(true);
  });
});
