import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../testing/fake-clock.js';
import { MemoryStore } from './memory-store.js';

describe('The in-process store', () => {
  it('keeps to its bound of entries, dropping the least recently used', async () => {
    const store = new MemoryStore({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) await store.write(key, '1', undefined);
    await store.read('a');
    await store.write('d', '1', undefined);
    expect(await store.readMany(['a', 'b', 'c', 'd'])).toEqual(['1', undefined, '1', '1']);
    expect((await store.statistics()).evictions).toBe(1);
  });

  it('keeps to its bound of bytes', async () => {
    const store = new MemoryStore({ maxBytes: 100_000 });
    for (let n = 0; n < 100; n++) await store.write(`k:${n}`, 'x'.repeat(1_000), undefined);
    const { keys, usedMemoryBytes } = await store.statistics();
    expect(usedMemoryBytes).toBeLessThanOrEqual(100_000);
    expect(keys).toBeGreaterThan(40);
    expect(keys).toBeLessThan(50);
  });

  it('refuses the fill of a lease that was evicted', async () => {
    const store = new MemoryStore({ maxEntries: 1 });
    const answer = await store.acquire('a', { leaseMs: 1_000, replace: false });
    await store.write('b', '1', undefined);
    if (answer.state !== 'owned') throw new Error('not leased');
    expect(await store.fill(answer.lease, '1', undefined)).toBe(false);
  });

  it('ends lives, leases and the right to fill by its clock', async () => {
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
    expect(await store.readTimed('k')).toEqual({ text: '1', ttlMs: 1 });
    clock.advance(1);
    expect(await store.read('k')).toBeUndefined();
    if (slow.state !== 'owned') throw new Error('not leased');
    expect(await store.fill(slow.lease, '1', undefined)).toBe(false);
  });
});
