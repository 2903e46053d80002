import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Glob } from '../keys/glob.js';
import { NearCache } from './near-cache.js';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';
import { FakeClock } from '@gad/cache/testing';

const KEY = 'stats:user:2:days:30';

describe('The near cache', () => {
  let clock: FakeClock;
  let freshness: { freshUntil: number };
  let nearCache: NearCache;
  beforeEach(() => {
    clock = new FakeClock();
    freshness = { freshUntil: Infinity };
    nearCache = new NearCache({
      clock,
      freshness,
      parsed: true,
      maxEntries: 100,
      maxBytes: 100_000,
    });
  });

  function keep(key: string, value: unknown, forMs = 1_000, endsAt: number | null = null): void {
    const reservation = nearCache.reserve(key);
    nearCache.publish(reservation, value, forMs, endsAt);
    nearCache.release(reservation);
  }

  it.each([null, 0, '', false, [], {}])('the near cache keeps %j as a value', (value) => {
    keep(KEY, value);
    expect(nearCache.get(KEY)?.value).toBe(value);
  });

  it('the near cache returns one object, which no caller can change', () => {
    keep(KEY, { list: [{ total: 1 }] });
    const held = nearCache.get(KEY)?.value;
    expect(nearCache.get(KEY)?.value).toBe(held);
    expect(() => Object.assign((held as { list: object[] }).list[0] ?? {}, { total: 2 })).toThrow(
      TypeError,
    );
  });

  it.each([
    ['a Date', { at: new Date() }],
    ['a Map', [new Map()]],
    ['bytes', Buffer.from('x')],
    ['a function', () => 1],
  ])(
    'the near cache does not keep %s, which freezing does not protect, and leaves it as it is',
    (_, value) => {
      keep(KEY, value);
      expect(nearCache.get(KEY)).toBeUndefined();
      expect(Object.isFrozen(value)).toBe(false);
    },
  );

  it('the near cache ends a copy after its time', async () => {
    keep(KEY, 1, 1_000);
    await clock.advanceAsync(999);
    expect(nearCache.get(KEY)?.value).toBe(1);
    await clock.advanceAsync(1);
    expect(nearCache.get(KEY)).toBeUndefined();
    expect(nearCache.figures().entries).toBe(0);
  });

  it('the near cache ends a copy with the store’s own entry, and gives its remaining time', async () => {
    keep(KEY, 1, 60_000, 700);
    expect(nearCache.get(KEY)).toMatchObject({ endsAt: 700 });
    await clock.advanceAsync(700);
    expect(nearCache.get(KEY)).toBeUndefined();
    keep(KEY, 1, 60_000, 700);
    expect(nearCache.get(KEY)).toBeUndefined();
  });

  it('the near cache reads nothing without proof of all removals, and keeps its copies meanwhile', () => {
    keep(KEY, 1);
    freshness.freshUntil = clock.now();
    expect(nearCache.get(KEY)).toBeUndefined();
    freshness.freshUntil = clock.now() + 1;
    expect(nearCache.get(KEY)?.value).toBe(1);
  });

  it.each([
    ['its key', selectKeys(['a', KEY]), true],
    ['another key', selectKeys(['a', `${KEY}0`]), false],
    ['a prefix', selectPattern('stats:user:2:*'), true],
    ['another prefix', selectPattern('stats:user:22:*'), false],
    ['a glob', selectPattern('stats:user:?:days:[1-3]*'), true],
    ['another glob', selectPattern('stats:user:?:weeks:*'), false],
    ['a glob that is its name', selectPattern('stats:user:2:days:\\30'), true],
    ['everything', ALL_KEYS, true],
  ])(
    'the near cache drops a copy, and refuses one in flight, when %s is removed: %#',
    (_, removed, covered) => {
      keep(KEY, 'held');
      const before = nearCache.reserve(KEY);
      nearCache.drop(removed);
      expect(nearCache.get(KEY)?.value).toBe(covered ? undefined : 'held');
      const raced = ['raced'];
      nearCache.publish(before, raced, 1_000, null);
      nearCache.release(before);
      expect(Object.isFrozen(raced)).toBe(true);
      expect(nearCache.get(KEY)?.value).toEqual(covered ? undefined : ['raced']);
      expect(nearCache.figures().refused).toBe(covered ? 1 : 0);
      keep(KEY, 'read afterwards');
      expect(nearCache.get(KEY)?.value).toBe('read afterwards');
    },
  );

  it('the near cache drops everything, and refuses all copies in flight, at a flush', () => {
    keep('a', 1);
    const before = nearCache.reserve('b');
    nearCache.flush();
    nearCache.publish(before, 1, 1_000, null);
    expect(nearCache.get('a')).toBeUndefined();
    expect(nearCache.get('b')).toBeUndefined();
  });

  it('the near cache refuses copies after its end', () => {
    const reservation = nearCache.reserve(KEY);
    nearCache.release(reservation);
    nearCache.publish(reservation, 1, 1_000, null);
    expect(nearCache.get(KEY)).toBeUndefined();
  });

  it('the near cache is bounded in entries, and evicts the least recently used', () => {
    for (let at = 0; at < 100; at++) keep(`k:${at}`, at);
    expect(nearCache.get('k:0')?.value).toBe(0);
    keep('one more', 1);
    expect(nearCache.get('k:0')?.value).toBe(0);
    expect(nearCache.get('k:1')).toBeUndefined();
    expect(nearCache.figures().entries).toBe(100);
  });

  it('the near cache is bounded in bytes, and does not keep a larger value', () => {
    for (let at = 0; at < 50; at++) keep(`k:${at}`, 'x'.repeat(10_000));
    expect(nearCache.figures().entries).toBe(9);
    expect(nearCache.figures().bytes).toBeLessThanOrEqual(100_000);
    keep('large', 'x'.repeat(100_000));
    expect(nearCache.get('large')).toBeUndefined();
  });

  it('the near cache counts a character beyond Latin-1 as two bytes', () => {
    keep('latin', 'ñ'.repeat(1_000));
    const latin = nearCache.figures().bytes;
    keep('wide', '€'.repeat(1_000));
    expect(nearCache.figures().bytes - latin).toBeGreaterThanOrEqual(latin + 990);
  });

  it('drops by any pattern exactly the copies that match it, whatever was kept and evicted', () => {
    const part = fc.string({ unit: fc.constantFrom(...'ab:ñ'), minLength: 1, maxLength: 5 });
    const wild = fc.string({ unit: fc.constantFrom(...'ab:ñ*?[]^-'), minLength: 1, maxLength: 5 });
    const step = fc.oneof(
      fc.record({ keep: part, size: fc.constantFrom(1, 100, 3_000) }),
      fc.record({ drop: wild }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        nearCache = new NearCache({
          clock,
          freshness,
          parsed: true,
          maxEntries: 8,
          maxBytes: 2_500,
        });
        const seen = new Set<string>();
        for (const each of steps) {
          if ('keep' in each) {
            keep(each.keep, 'x'.repeat(each.size));
            seen.add(each.keep);
            continue;
          }
          const held = [...seen].filter((key) => nearCache.holds(key));
          const glob = new Glob(each.drop);
          nearCache.drop(selectPattern(each.drop));
          expect(held.filter((key) => nearCache.holds(key))).toEqual(
            held.filter((key) => !glob.matches(Buffer.from(key))),
          );
        }
      }),
    );
  });
});
