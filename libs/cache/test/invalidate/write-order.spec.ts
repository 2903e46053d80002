import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, CacheStore } from '@gad/cache/store';
import { silentLog } from '@gad/cache/store';
import { engineOver } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import { failOnLeaks } from '../support/resources.js';
import { REPETITIVE } from '../support/stored-texts.js';

failOnLeaks();

const { pairs } = storePairs();

/** Compressed on another thread, so that it is ready later than what is asked for after it. */
const LARGE = REPETITIVE;

describe.each(pairs)('Writes without await, on the %s:', (_, pair) => {
  let stores: CacheStore[];
  let cache: CacheEngine;

  beforeEach(async () => {
    stores = await pair();
    const [store] = stores;
    if (store === undefined) throw new Error('no store');
    const values = { compression: { threshold: 100, codec: 'deflate' as const } };
    cache = engineOver(store, {}, silentLog, { values });
  });
  afterEach(() => Promise.all(stores.map((store) => store.close())));

  it.each([
    ['small after large', [LARGE, 1]],
    ['large after small', [1, LARGE]],
    ['many', [LARGE, 1, LARGE, { filas: [] }, 2, LARGE, 3]],
  ])('writes of one key land in the order of their calls: %s', async (_what, values) => {
    const stored = await Promise.all(values.map((value) => cache.set('k', value)));
    expect(stored).toEqual(values.map(() => true));
    expect(await cache.get('k')).toEqual(values.at(-1));
  });

  it.each<[string, () => Promise<number>]>([
    ['delete', () => cache.delete('k')],
    ['deletePattern', () => cache.deletePattern('k*')],
    ['clear', () => cache.clear()],
  ])('earlier writes are removed by a later %s', async (_what, remove) => {
    const storing = cache.set('k', LARGE);
    expect(await remove()).toBe(1);
    expect(await storing).toBe(true);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a write holds up no write of another key', async () => {
    let stored = false;
    const storing = cache.set('large', LARGE).then(() => (stored = true));
    expect(await cache.set('small', 1)).toBe(true);
    expect(stored).toBe(false);
    expect(await storing).toBe(true);
  });

  it('a write of a value that cannot be stored lets the next one pass', async () => {
    const results = [cache.set('k', LARGE), cache.set('k', undefined), cache.set('k', 2)];
    expect(await Promise.all(results)).toEqual([true, false, true]);
    expect(await cache.get('k')).toBe(2);
  });
});
