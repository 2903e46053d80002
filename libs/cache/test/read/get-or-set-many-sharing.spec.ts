import { describe, expect, it } from '@jest/globals';
import type { BatchAnswer } from '../../src/engine/read/batch-load.js';
import { deferred, until } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import {
  cache,
  calls,
  faults,
  load,
  NotFound,
  other,
  toKey,
  useManyLoads,
} from '../support/many-loads.js';
import { failOnLeaks } from '../support/resources.js';

failOnLeaks();

const { pairs } = storePairs();

describe.each(pairs)('A shared load of many keys, on the %s:', (_, pair) => {
  useManyLoads(pair);

  it('a key that was invalidated while the batch loaded is not stored', async () => {
    const rows = deferred<number[]>();
    const loading = cache.getOrSetMany([1, 2, 3], toKey, () => rows.promise);
    await until(() => cache.counts().loads === 3);
    await other.delete('k:2');
    rows.resolve([1, 2, 3]);
    expect(await loading).toEqual([1, 2, 3]);
    expect(await other.getMany(['k:1', 'k:2', 'k:3'])).toEqual([1, undefined, 3]);
    expect(cache.counts().refused_fills).toBe(1);
  });

  it('a batch waits for keys that another process loads, and loads the others in the meantime', async () => {
    const row = deferred<string>();
    const theirs = other.getOrSet('k:2', () => row.promise);
    await until(() => other.counts().loads === 1);
    const loading = cache.getOrSetMany<number, unknown>([1, 2, 3], toKey, load);
    await until(() => calls.length === 1);
    expect(calls).toEqual([[1, 3]]);
    row.resolve('theirs');
    expect(await loading).toEqual([10, 'theirs', 30]);
    expect(await theirs).toBe('theirs');
    expect(calls).toHaveLength(1);
  });

  it('a batch loads in a further call what another process failed to load', async () => {
    const row = deferred<number>();
    const theirs = Promise.allSettled(
      [2, 4].map((id) => other.getOrSet(toKey(id), () => row.promise)),
    );
    await until(() => other.counts().loads === 2);
    const loading = cache.getOrSetMany<number, number>([1, 2, 3, 4], toKey, load);
    await until(() => calls.length === 1);
    row.reject(new NotFound('unavailable'));
    await theirs;
    expect(await loading).toEqual([10, 20, 30, 40]);
    expect(calls.flat().sort()).toEqual([1, 2, 3, 4]);
    expect(await other.getMany([1, 2, 3, 4].map(toKey))).toEqual([10, 20, 30, 40]);
  });

  it('a batch fails only when none of its loads is in flight any more', async () => {
    const row = deferred<string>();
    const theirs = other.getOrSet('k:2', () => row.promise);
    await until(() => other.counts().loads === 1);
    let under: number | undefined;
    const failing = cache
      .getOrSetMany([1, 2], toKey, () => Promise.reject(new NotFound('row 1')))
      .finally(() => (under = cache.counts().loading));
    const failed = expect(failing).rejects.toThrow(NotFound);
    await until(() => cache.counts().load_errors === 1 && cache.counts().loading === 1);
    row.resolve('theirs');
    await failed;
    expect(under).toBe(0);
    expect(await theirs).toBe('theirs');
  });

  it('two batches with a key in common share its load', async () => {
    const [left, right] = [deferred<undefined>(), deferred<undefined>()];
    const first = cache.getOrSetMany([1, 2], toKey, async (ids) => {
      await left.promise;
      return load(ids);
    });
    await until(() => cache.counts().loads === 2);
    const second = cache.getOrSetMany([2, 3], toKey, async (ids) => {
      await right.promise;
      return load(ids);
    });
    await until(() => cache.counts().loads === 3);
    right.resolve(undefined);
    left.resolve(undefined);
    expect(await Promise.all([first, second])).toEqual([
      [10, 20],
      [20, 30],
    ]);
    expect(calls.sort()).toEqual([[1, 2], [3]]);
    expect(cache.counts().joins).toBe(1);
  });

  it('two processes that each load what the other needs both end', async () => {
    const second = faults.hold('acquire', { skip: 1 });
    const mine = cache.getOrSetMany([1, 2], toKey, load);
    await second.arrived;
    const theirs = other.getOrSetMany([2, 1], toKey, load);
    await until(() => calls.length === 1);
    second.release();
    expect(await Promise.all([mine, theirs])).toEqual([
      [10, 20],
      [20, 10],
    ]);
    expect(calls).toEqual([[2], [1]]);
  });

  it('a batch and single reads share a load, either way round', async () => {
    const row = deferred<number>();
    const single = cache.getOrSet('k:1', () => row.promise);
    await until(() => cache.counts().loads === 1);
    const rows = deferred<number[]>();
    const many = cache.getOrSetMany([1, 2], toKey, (ids) => {
      calls.push([...ids]);
      return rows.promise;
    });
    await until(() => calls.length === 1);
    const late = cache.getOrSet('k:2', () => 'not loaded');
    await until(() => cache.counts().joins === 2);
    row.resolve(1);
    rows.resolve([2]);
    expect(await Promise.all([single, many, late])).toEqual([1, [1, 2], 2]);
    expect(calls).toEqual([[2]]);
  });

  it('a single read that shares the error of one id throws it', async () => {
    const rows = deferred<BatchAnswer<number, NotFound>>();
    const many = cache.getOrSetMany([1], toKey, () => rows.promise);
    await until(() => cache.counts().loads === 1);
    const single = cache.getOrSet('k:1', () => 1);
    await until(() => cache.counts().joins === 1);
    const gone = new NotFound('1');
    rows.resolve([gone]);
    await expect(single).rejects.toBe(gone);
    expect(await many).toEqual([gone]);
  });

  it('a batch that shares the load of a single read throws its error', async () => {
    const row = deferred<number>();
    const single = cache.getOrSet('k:1', () => row.promise);
    await until(() => cache.counts().loads === 1);
    const many = cache.getOrSetMany([1, 2], toKey, load);
    await until(() => cache.counts().joins === 1);
    const error = new NotFound('unavailable');
    row.reject(error);
    await expect(single).rejects.toBe(error);
    await expect(many).rejects.toBe(error);
    expect(await cache.get('k:2')).toBe(20);
  });

  it('a caller after an invalidation does not share what was loaded before it', async () => {
    const rows = deferred<string[]>();
    const early = cache.getOrSetMany([1, 2], toKey, () => rows.promise);
    await until(() => cache.counts().loads === 2);
    await other.delete('k:1');
    const late = cache.getOrSetMany([1, 2], toKey, (ids) => ids.map(() => 'new'));
    await until(() => cache.counts().joins === 2);
    rows.resolve(['old', 'valid']);
    expect(await early).toEqual(['old', 'valid']);
    expect(await late).toEqual(['new', 'valid']);
  });

  it('a caller after an invalidation does not share the failure of an earlier batch', async () => {
    const rows = deferred<string[]>();
    const early = cache.getOrSetMany([1, 2], toKey, () => rows.promise);
    await until(() => cache.counts().loads === 2);
    // What made the load fail is put right, and said to be.
    await other.delete('k:1');
    const late = cache.getOrSetMany([1, 2], toKey, load);
    const single = cache.getOrSet('k:2', () => 20);
    await until(() => cache.counts().joins === 3);
    const error = new NotFound('row 1 cannot be read');
    rows.reject(error);
    await expect(early).rejects.toBe(error);
    expect(await late).toEqual([10, 20]);
    expect(await single).toBe(20);
  });

  it('a caller after an invalidation does not share a failed batch through a key that loads later', async () => {
    const row = deferred<number>();
    const theirs = Promise.allSettled([other.getOrSet('k:2', () => row.promise)]);
    await until(() => other.counts().loads === 1);
    const error = new NotFound('row 1 cannot be read');
    const failing = cache.getOrSetMany([1, 2], toKey, (ids) => {
      if (ids.includes(1)) throw error;
      return load(ids);
    });
    const failed = expect(failing).rejects.toBe(error);
    await until(() => cache.counts().load_errors === 1 && cache.counts().loading === 1);
    const late = cache.getOrSetMany([1, 2], toKey, load);
    await until(() => cache.counts().joins === 1);
    row.reject(new NotFound('unavailable'));
    await failed;
    expect(await late).toEqual([10, 20]);
    expect(await theirs).toHaveLength(1);
  });
});
