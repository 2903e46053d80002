import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { inTransaction, invalidateAfterCommit } from '@gad/cache/transactions';
import { deferred } from '../support/fixtures.js';
import { manualEngine } from '../support/manual-engine.js';

type Body<T> = () => Promise<T>;

/** A database whose transactions begin and end when the body does. */
const open = <T>(body: Body<T>): Promise<T> => body();

describe('A transaction that the cache knows of', () => {
  let cache: CacheEngine;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    const log = { notice: () => undefined, warn: (message: string) => void warnings.push(message) };
    ({ cache } = manualEngine({ log }));
    await cache.open();
    await cache.getOrSet('k', () => 'old');
  });

  afterEach(() => cache.close());

  it('an invalidation inside a transaction resolves at once with false and runs at the commit', async () => {
    await inTransaction(open, async () => {
      expect(await cache.invalidate(['k'])).toBe(false);
      expect(await cache.delete([])).toBe(0);
    });
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a transaction that has invalidated reads past the cache until it ends', async () => {
    await inTransaction(open, async () => {
      expect(await cache.getOrSet('k', () => 'new')).toBe('old');
      await cache.invalidate(['k']);
      expect(await cache.getOrSet('k', () => 'new')).toBe('new');
      expect(await cache.get('k')).toBeUndefined();
    });
  });

  it('a failed COMMIT after a good body may have committed, so its invalidations run', async () => {
    const lost = new Error('connection lost during COMMIT');
    const openAndLose = async <T>(body: Body<T>): Promise<T> => {
      await body();
      throw lost;
    };
    const outcome = inTransaction(openAndLose, () => cache.invalidate(['k']));
    await expect(outcome).rejects.toBe(lost);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a body that is run again keeps only the invalidations of its last run', async () => {
    await cache.getOrSet('first', () => 'old');
    const openTwice = async <T>(body: Body<T>): Promise<T> => {
      await body().catch(() => undefined);
      return body();
    };
    let runs = 0;
    await inTransaction(openTwice, async () => {
      await cache.invalidate([++runs === 1 ? 'first' : 'k']);
      if (runs === 1) throw new Error('could not serialize access');
    });
    expect([await cache.get('first'), await cache.get('k')]).toEqual(['old', undefined]);
  });

  it('work that outlives its transaction invalidates at once', async () => {
    const ended = deferred<void>();
    let late: Promise<boolean> | undefined;
    await inTransaction(open, () => {
      late = ended.promise.then(() => cache.invalidate(['k']));
    });
    ended.resolve();
    expect(await late).toBe(true);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a transaction inside another one removes at its own commit', async () => {
    await cache.getOrSet('outer', () => 'old');
    const outside = AsyncLocalStorage.snapshot();
    await inTransaction(open, async () => {
      await cache.invalidate(['outer']);
      await inTransaction(open, () => cache.invalidate(['k']));
      const seen = await outside(() => cache.getMany(['k', 'outer']));
      expect(seen).toEqual([undefined, 'old']);
    });
    expect(await cache.get('outer')).toBeUndefined();
  });

  it('a load inside a transaction is shared with no caller outside', async () => {
    const row = deferred<string>();
    const inside = inTransaction(open, () => cache.getOrSet('dirty', () => row.promise));
    expect(await cache.getOrSet('dirty', () => 'committed')).toBe('committed');
    row.resolve('uncommitted');
    expect(await inside).toBe('uncommitted');
    expect(await cache.get('dirty')).toBe('committed');
    expect(warnings).toEqual([expect.stringContaining('inside an open transaction')]);
  });

  it('a transaction gets no lease for a fill by hand', async () => {
    expect(await inTransaction(open, () => cache.acquireLease('fresh'))).toBeUndefined();
    expect(await cache.acquireLease('fresh')).toBeDefined();
  });

  it('a stale hit inside a transaction starts no refresh', async () => {
    const terms = { ttl: 0.001, staleWhileRevalidate: 60 };
    const { cache: stale, clock } = manualEngine();
    await stale.getOrSet('k', () => 'old', terms);
    clock.advance(1_000);
    let loads = 0;
    const load = (): string => `new ${String(++loads)}`;
    expect(await inTransaction(open, () => stale.getOrSet('k', load, terms))).toBe('old');
    expect([loads, stale.counts().background]).toEqual([0, 0]);
    await stale.close();
  });

  it('a removal that cannot wait for the commit is reported once', async () => {
    await inTransaction(open, async () => {
      await cache.delete('k');
      await cache.deletePattern('k*');
    });
    expect(warnings).toEqual([expect.stringContaining('before the commit')]);
  });

  it('a method that opens no transactions is refused by name', () => {
    const owner = { begin: 1 } as unknown as Record<'begin', () => Promise<void>>;
    expect(() => invalidateAfterCommit(owner, 'begin')).toThrow('begin is not a method');
  });

  it('a list of statements without a body is passed on as it is', async () => {
    const owner = { batch: (list: readonly string[]) => Promise.resolve(list.length) };
    invalidateAfterCommit(owner, 'batch');
    expect(await owner.batch(['a', 'b'])).toBe(2);
  });
});
