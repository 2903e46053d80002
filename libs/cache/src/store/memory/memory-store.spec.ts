import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../testing/fake-clock.js';
import type { Lease } from '../cache-store.js';
import { MemoryStore } from './memory-store.js';

describe('The in-process store', () => {
  it('the in-process store keeps to its bound of entries, dropping the least recently used', async () => {
    const store = new MemoryStore({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) await store.write(key, '1', undefined);
    await store.read('a');
    await store.write('d', '1', undefined);
    expect(await store.readMany(['a', 'b', 'c', 'd'])).toEqual(['1', undefined, '1', '1']);
    expect((await store.statistics()).evictions).toBe(1);
  });

  it('the in-process store keeps to its bound of bytes', async () => {
    const store = new MemoryStore({ maxBytes: 100_000 });
    for (let n = 0; n < 100; n++) await store.write(`k:${n}`, 'x'.repeat(1_000), undefined);
    const { keys, usedMemoryBytes } = await store.statistics();
    expect(usedMemoryBytes).toBeLessThanOrEqual(100_000);
    expect(keys).toBeGreaterThan(40);
    expect(keys).toBeLessThan(50);
  });

  it('the in-process store evicts values for values only, so that every load in flight may store', async () => {
    const store = new MemoryStore({ maxEntries: 300 });
    const leases: Lease[] = [];
    for (let n = 0; n < 12_000; n++) {
      const answer = await store.acquire(`k:${n}`, { leaseMs: 1_000, replace: false });
      if (answer.state === 'owned') leases.push(answer.lease);
    }
    let stored = 0;
    for (const lease of leases) if (await store.fill(lease, '1', undefined)) stored++;
    expect(stored).toBe(12_000);
    const { keys, evictions } = await store.statistics();
    expect([keys, evictions]).toEqual([300, 11_700]);
  });

  it('the in-process store keeps values while more keys are loading than it has entries', async () => {
    const store = new MemoryStore({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) await store.write(key, '1', undefined);
    for (let n = 0; n < 100; n++) await store.acquire(`l:${n}`, { leaseMs: 1_000, replace: false });
    expect(await store.readMany(['a', 'b', 'c'])).toEqual(['1', '1', '1']);
  });

  it('the in-process store drops expired leases, and beyond their own bound the oldest', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ clock });
    const first = await store.acquire('first', { leaseMs: 100, replace: false });
    const watch = store.watch('first');
    for (let n = 1; n < 100_000; n++)
      await store.acquire(`k:${n}`, { leaseMs: 100, replace: false });
    if (first.state !== 'owned') throw new Error('not leased');
    const changed = watch.changed(60_000);
    await store.acquire('one more', { leaseMs: 100, replace: false });
    await changed;
    expect(await store.fill(first.lease, '1', undefined)).toBe(false);
    watch.close();
  });

  it('the in-process store refuses a value larger than its bound, and serves no older one instead', async () => {
    const store = new MemoryStore({ maxBytes: 1_000 });
    const large = 'x'.repeat(600);
    expect([store.fits('k', large), store.fits('k', 'x'.repeat(400))]).toEqual([false, true]);
    await store.write('k', 'old', undefined);
    await expect(store.write('k', large, undefined)).rejects.toMatchObject({ reason: 'refused' });
    expect(await store.read('k')).toBeUndefined();
    const answer = await store.acquire('k', { leaseMs: 1_000, replace: false });
    if (answer.state !== 'owned') throw new Error('not leased');
    await expect(store.fill(answer.lease, large, undefined)).rejects.toThrow('larger');
    expect(await store.acquire('k', { leaseMs: 1_000, replace: false })).toMatchObject({
      state: 'owned',
    });
  });

  it('the in-process store ends values, leases and lease tokens by its clock', async () => {
    const clock = new FakeClock();
    const store = new MemoryStore({ clock });
    await store.write('k', '1', 1_000);
    const slow = await store.acquire('l', { leaseMs: 100, replace: false });
    clock.advance(99);
    expect(await store.acquire('l', { leaseMs: 100, replace: false })).toEqual({
      state: 'wait',
      forMs: 1,
    });
    clock.advance(900);
    expect(await store.readWithLife('k')).toEqual({ text: '1', ttlMs: 1 });
    clock.advance(1);
    expect(await store.read('k')).toBeUndefined();
    if (slow.state !== 'owned') throw new Error('not leased');
    expect(await store.fill(slow.lease, '1', undefined)).toBe(false);
  });
});
