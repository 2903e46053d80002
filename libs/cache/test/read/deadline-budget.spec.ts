import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, jest } from '@jest/globals';
import type { CacheService } from '@gad/cache';
import { CacheUnavailableError, runWithCacheDeadline } from '@gad/cache';
import type { TestCache } from '@gad/cache/testing';
import { FakeClock, settle, testCache } from '@gad/cache/testing';
import { STORE_CALL } from '../../src/observe/recorder.js';
import { DeadlineBudget } from '../../src/engine/deadline-budget.js';
import { Deadlines } from '../../src/store/deadlines.js';
import { deferred } from '../support/fixtures.js';

function forEver(deadlines: Deadlines, ms: number): Promise<never> {
  return deadlines.bound(new Promise<never>(() => undefined), ms, () => {
    throw new Error('nothing ever answers here');
  });
}

/** A cache whose store never answers. */
function frozen(): TestCache & { clock: FakeClock } {
  const clock = new FakeClock();
  const frozen = testCache({ clock, deadlineMs: 50 });
  frozen.faults.hang('all');
  return Object.assign(frozen, { clock });
}

/** Runs work to its end and says how much time passed, a millisecond at a time. */
async function timed(clock: FakeClock, work: () => Promise<unknown>): Promise<number> {
  const begin = clock.now();
  let done = false;
  const end = work().finally(() => (done = true));
  await settle();
  while (!done) await clock.advanceAsync(1);
  await end;
  return clock.now() - begin;
}

const severalCalls = async (cache: CacheService): Promise<void> => {
  for (let n = 0; n < 10; n++) expect(await cache.getOrSet(`k:${n}`, () => n)).toBe(n);
  await cache.set('by-hand', 1);
  expect(await cache.get('by-hand')).toBeUndefined();
};

describe('The deadline of a request', () => {
  it('one deadline holds for all cache calls of a request when the store does not answer', async () => {
    const { clock, cache, calls } = frozen();
    const took = await timed(clock, () => runWithCacheDeadline(() => severalCalls(cache)));
    expect(took).toBeGreaterThanOrEqual(50);
    expect(took).toBeLessThanOrEqual(60);
    expect(calls.count()).toBe(1);
  });

  it('each operation has its own deadline outside of a request', async () => {
    const { clock, cache } = frozen();
    const took = await timed(clock, () => severalCalls(cache));
    expect(took).toBeGreaterThanOrEqual(12 * 50);
  });

  it('calls that are made side by side are counted once against the budget', async () => {
    const { clock, cache, calls } = frozen();
    const took = await timed(clock, () =>
      runWithCacheDeadline(() =>
        Promise.all([1, 2, 3].map((n) => cache.getOrSet(`k:${n}`, () => n))),
      ),
    );
    expect(took).toBeLessThanOrEqual(60);
    expect(calls.count()).toBe(3);
  });

  it('requests do not share a budget', async () => {
    const { clock, cache, calls } = frozen();
    await timed(clock, () => runWithCacheDeadline(() => cache.get('a')));
    await timed(clock, () => runWithCacheDeadline(() => cache.get('a')));
    expect(calls.count()).toBe(2);
  });

  it('calls for one request object share its deadline, and enter no async context for it', async () => {
    const { clock, cache, calls } = frozen();
    const [request, other] = [{}, {}];
    const run = jest.spyOn(AsyncLocalStorage.prototype, 'run');
    const get = (of: object) => () => runWithCacheDeadline(() => cache.get('a'), of);
    await timed(clock, get(request));
    expect(await timed(clock, get(request))).toBeLessThanOrEqual(1);
    expect(calls.count()).toBe(1);
    await timed(clock, get(other));
    expect(calls.count()).toBe(2);
    // Nothing is left of it for calls outside of requests.
    await timed(clock, () => cache.get('a'));
    await timed(clock, () => cache.get('a'));
    expect(calls.count()).toBe(4);
    expect(run).not.toHaveBeenCalled();
    run.mockRestore();
  });

  it('the loader does not count against the budget', async () => {
    const clock = new FakeClock();
    const { cache } = testCache({ clock, deadlineMs: 50 });
    const slow = deferred<number>();
    await runWithCacheDeadline(async () => {
      const served = cache.getOrSet('k', () => slow.promise);
      await settle();
      await clock.advanceAsync(5_000);
      slow.resolve(1);
      expect(await served).toBe(1);
      expect(await cache.get('k')).toBe(1);
    });
  });
});

describe('The operations of a request', () => {
  it('operations that begin together cost together what the longest costs', async () => {
    const clock = new FakeClock();
    const request = new DeadlineBudget(clock, 50);
    const [a, b] = [
      new DeadlineBudget(clock, 50, undefined, request),
      new DeadlineBudget(clock, 50, undefined, request),
    ];
    const first = a.begin();
    await clock.advanceAsync(30);
    a.end(first);
    // Sent later, because the process had others to send before.
    const second = b.begin();
    expect(second).toBe(50);
    await clock.advanceAsync(10);
    b.end(second);
    expect(new DeadlineBudget(clock, 50, undefined, request).begin()).toBe(20);
  });

  it('an operation begins with what the oldest pending one has used', async () => {
    const clock = new FakeClock();
    const request = new DeadlineBudget(clock, 50);
    new DeadlineBudget(clock, 50, undefined, request).begin();
    await clock.advanceAsync(20);
    expect(new DeadlineBudget(clock, 50, undefined, request).begin()).toBe(30);
  });

  it('all operations are refused once a call of one was given up', async () => {
    const clock = new FakeClock();
    const request = new DeadlineBudget(clock, 50);
    const one = new DeadlineBudget(clock, 50, undefined, request);
    const givenUp = new CacheUnavailableError('timeout', 'late');
    await expect(one.spend(() => Promise.reject(givenUp), STORE_CALL.read)).rejects.toBe(givenUp);
    expect(new DeadlineBudget(clock, 50, undefined, request).exhausted).toBe(true);
  });
});

describe('A budget', () => {
  it('a budget runs while at least one call is in flight', async () => {
    const clock = new FakeClock();
    const budget = new DeadlineBudget(clock, 50);
    const first = budget.begin();
    await clock.advanceAsync(20);
    const second = budget.begin();
    expect(second).toBe(30);
    budget.end(first);
    await clock.advanceAsync(20);
    budget.end(second);
    await clock.advanceAsync(1_000);
    const third = budget.begin();
    expect(third).toBe(10);
    budget.end(third);
  });

  it('a spent budget refuses further calls without making them', async () => {
    const clock = new FakeClock();
    const budget = new DeadlineBudget(clock, 50);
    const first = budget.begin();
    await clock.advanceAsync(50);
    expect(() => budget.begin()).toThrow(CacheUnavailableError);
    budget.end(first);
    let called = false;
    const late = budget.spend(() => {
      called = true;
      return Promise.resolve();
    }, STORE_CALL.read);
    await expect(late).rejects.toThrow(CacheUnavailableError);
    expect(called).toBe(false);
  });
});

describe('A deadline', () => {
  it('a deadline fires in a process that is always busy', async () => {
    const clock = new FakeClock();
    const call = forEver(new Deadlines(clock), 50);
    let failed = false;
    call.catch(() => (failed = true));
    for (let turn = 0; turn < 10; turn++) await clock.stall(40);
    // Ten polls of the sockets, however late they come.
    expect(failed).toBe(true);
  });

  it('a deadline leaves no timer behind', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const call = expect(forEver(deadlines, 50)).rejects.toThrow(CacheUnavailableError);
    await clock.advanceAsync(100);
    await call;
    expect(clock.pending).toBe(0);
  });
});
