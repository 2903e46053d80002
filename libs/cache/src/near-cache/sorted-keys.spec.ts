import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SortedKeys } from './sorted-keys.js';

const key = fc.string({ unit: fc.constantFrom(...'ab:ñ😀'), minLength: 1, maxLength: 6 });

describe('Keys in order', () => {
  it('find every key that begins so, and no other, whatever was added and deleted', () => {
    const step = fc.record({ add: fc.boolean(), key });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.string({ maxLength: 3 }),
        (steps, prefix) => {
          const keys = new SortedKeys();
          const model = new Set<string>();
          for (const { add, key: each } of steps) {
            if (add) keys.add(each);
            else keys.delete(each);
            if (add) model.add(each);
            else model.delete(each);
          }
          const found = [...model].filter((each) => each.startsWith(prefix)).sort();
          expect(keys.startingWith(prefix)).toEqual(found);
        },
      ),
    );
  });

  it('find them among thousands, also after most of these were deleted', () => {
    const keys = new SortedKeys();
    const all = Array.from({ length: 20_000 }, (_, at) => `stats:user:${(at * 7_919) % 20_000}:7`);
    for (const each of all) keys.add(each);
    expect(keys.startingWith('stats:user:1234:')).toEqual(['stats:user:1234:7']);
    expect(keys.startingWith('')).toEqual([...all].sort());
    const rest = all.filter((_, at) => at % 50 === 0);
    for (const each of all) if (!rest.includes(each)) keys.delete(each);
    expect(keys.startingWith('stats:')).toEqual([...rest].sort());
    keys.clear();
    expect(keys.startingWith('')).toEqual([]);
  });
});
