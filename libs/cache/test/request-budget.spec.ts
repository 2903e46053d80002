import { describe, expect, it } from '@jest/globals';
import {
  CacheEngine,
  CacheUnavailableError,
  MemoryStore,
  runWithCacheBudget,
  silentLog,
} from '@gad/cache';
import { Budget } from '../src/engine/budget.js';
import { DeadlineWheel } from '../src/store/deadline-wheel.js';
import { deferred } from './fixtures.js';
import { ManualClock, settle } from './manual-clock.js';

const LIMITS = { deadlineMs: 50, leaseMs: 2_000, waitMs: 5_000, maxValueBytes: 1_000_000 };

function wheelOf(clock: ManualClock): DeadlineWheel {
  return new DeadlineWheel(clock, {
    answered: () => undefined,
    failed: (error) => (error instanceof Error ? error : new Error(String(error))),
  });
}

function forEver(wheel: DeadlineWheel, ms: number): Promise<never> {
  return wheel.bound(new Promise<never>(() => undefined), ms, () => {
    throw new Error('nothing ever answers here');
  });
}

/** An in-process store behind a server that never answers. */
class FrozenStore extends MemoryStore {
  readonly #wheel: DeadlineWheel;
  calls = 0;

  constructor(readonly clock: ManualClock) {
    super();
    this.#wheel = wheelOf(clock);
  }

  #nothing(withinMs: number): Promise<never> {
    this.calls++;
    return forEver(this.#wheel, withinMs);
  }

  override read(_key: string, withinMs = 0): Promise<never> {
    return this.#nothing(withinMs);
  }
  override readTimed(_key: string, withinMs = 0): Promise<never> {
    return this.#nothing(withinMs);
  }
  override acquire(_key: string, _terms: unknown, withinMs = 0): Promise<never> {
    return this.#nothing(withinMs);
  }
  override write(_key: string, _text: string, _ttl: unknown, withinMs = 0): Promise<never> {
    return this.#nothing(withinMs);
  }
}

function frozen(): { clock: ManualClock; store: FrozenStore; cache: CacheEngine } {
  const clock = new ManualClock();
  const store = new FrozenStore(clock);
  return {
    clock,
    store,
    cache: new CacheEngine({ store, prefix: 'gad:', limits: LIMITS, clock, log: silentLog }),
  };
}

/** Runs work to its end and says how much time passed, a millisecond at a time. */
async function timed(clock: ManualClock, work: () => Promise<unknown>): Promise<number> {
  const begin = clock.now();
  let done = false;
  const end = work().finally(() => (done = true));
  await settle();
  while (!done) await clock.advance(1);
  await end;
  return clock.now() - begin;
}

const severalCalls = async (cache: CacheEngine): Promise<void> => {
  for (let n = 0; n < 10; n++) expect(await cache.getOrSet(`k:${n}`, () => n)).toBe(n);
  await cache.set('by-hand', 1);
  expect(await cache.get('by-hand')).toBeUndefined();
};

describe('The deadline of a request', () => {
  it('is one for all its cache calls, however many, when the store does not answer', async () => {
    const { clock, cache, store } = frozen();
    const took = await timed(clock, () => runWithCacheBudget(() => severalCalls(cache)));
    expect(took).toBeGreaterThanOrEqual(50);
    expect(took).toBeLessThanOrEqual(60);
    expect(store.calls).toBe(1);
  });

  it('is each operation’s own outside of a request', async () => {
    const { clock, cache } = frozen();
    const took = await timed(clock, () => severalCalls(cache));
    expect(took).toBeGreaterThanOrEqual(12 * 50);
  });

  it('is counted once for calls that are made side by side', async () => {
    const { clock, cache, store } = frozen();
    const took = await timed(clock, () =>
      runWithCacheBudget(() =>
        Promise.all([1, 2, 3].map((n) => cache.getOrSet(`k:${n}`, () => n))),
      ),
    );
    expect(took).toBeLessThanOrEqual(60);
    expect(store.calls).toBe(3);
  });

  it('is not shared by different requests', async () => {
    const { clock, cache, store } = frozen();
    await timed(clock, () => runWithCacheBudget(() => cache.get('a')));
    await timed(clock, () => runWithCacheBudget(() => cache.get('a')));
    expect(store.calls).toBe(2);
  });

  it('does not count the loader', async () => {
    const clock = new ManualClock();
    const store = new MemoryStore();
    const cache = new CacheEngine({
      store,
      prefix: 'gad:',
      limits: LIMITS,
      clock,
      log: silentLog,
    });
    const slow = deferred<number>();
    await runWithCacheBudget(async () => {
      const served = cache.getOrSet('k', () => slow.promise);
      await settle();
      await clock.advance(5_000);
      slow.resolve(1);
      expect(await served).toBe(1);
      expect(await cache.get('k')).toBe(1);
    });
  });
});

describe('A budget', () => {
  it('runs while at least one call is on its way', async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 50);
    budget.begin();
    await clock.advance(20);
    expect(budget.begin()).toBe(30);
    budget.end();
    await clock.advance(20);
    budget.end();
    await clock.advance(1_000);
    expect(budget.begin()).toBe(10);
    budget.end();
  });

  it('refuses what comes after its end without making the call', async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 50);
    budget.begin();
    await clock.advance(50);
    expect(() => budget.begin()).toThrow(CacheUnavailableError);
    budget.end();
    let called = false;
    const late = budget.spend(() => {
      called = true;
      return Promise.resolve();
    });
    await expect(late).rejects.toThrow(CacheUnavailableError);
    expect(called).toBe(false);
  });
});

describe('A deadline', () => {
  it('is kept by a process that is always too busy', async () => {
    const clock = new ManualClock();
    const call = forEver(wheelOf(clock), 50);
    let failed = false;
    call.catch(() => (failed = true));
    for (let turn = 0; turn < 5 && !failed; turn++) await clock.stall(40);
    expect(failed).toBe(true);
    expect(clock.now()).toBeLessThanOrEqual(120);
  });

  it('leaves no timer behind', async () => {
    const clock = new ManualClock();
    const wheel = wheelOf(clock);
    const call = expect(forEver(wheel, 50)).rejects.toThrow(CacheUnavailableError);
    await clock.advance(100);
    await call;
    expect(clock.pending).toBe(0);
  });
});
