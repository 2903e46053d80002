import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrequentKeys } from './frequent-keys.js';

/** A stream in which few keys are frequent. */
const stream = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom('hot:1', 'hot:2', 'hot:3') },
      { weight: 1, arbitrary: fc.nat(200).map((n) => `cold:${n}`) },
    ),
    fc.integer({ min: 1, max: 5 }),
  ),
  { maxLength: 600 },
);

function truthOf(each: readonly (readonly [string, number])[]): Map<string, number> {
  const truth = new Map<string, number>();
  for (const [key, weight] of each) truth.set(key, (truth.get(key) ?? 0) + weight);
  return truth;
}

describe('FrequentKeys', () => {
  it('FrequentKeys gives each weight within its error, which is bounded, in a bounded map', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 4, max: 32 }), (each, most) => {
        const keys = new FrequentKeys(most);
        for (const [key, weight] of each) keys.add(key, weight);
        const truth = truthOf(each);
        const sum = each.reduce((all, [, weight]) => all + weight, 0);
        expect(keys.size).toBeLessThanOrEqual(most);
        for (const { key, weight, error } of keys.top(most)) {
          expect(weight).toBeLessThanOrEqual(truth.get(key) ?? 0);
          expect(weight + error).toBeGreaterThanOrEqual(truth.get(key) ?? 0);
          expect(error).toBeLessThanOrEqual(sum / (most / 2));
        }
      }),
    );
  });

  it('FrequentKeys has every key whose weight exceeds the error', () => {
    fc.assert(
      fc.property(stream, (each) => {
        const keys = new FrequentKeys(8);
        for (const [key, weight] of each) keys.add(key, weight);
        const found = keys.top(8);
        const { error = 0 } = found[0] ?? {};
        for (const [key, weight] of truthOf(each)) {
          if (weight > error && found.length > 0)
            expect(found.map((one) => one.key)).toContain(key);
        }
      }),
    );
  });

  it('FrequentKeys of several processes gives their sum within the sum of their errors', () => {
    fc.assert(
      fc.property(stream, stream, (one, other) => {
        const merged = new FrequentKeys(64);
        for (const each of [one, other]) {
          const keys = new FrequentKeys(8);
          for (const [key, weight] of each) keys.add(key, weight);
          const top = keys.top(8);
          merged.merge(
            top.map(({ key, weight }) => [key, weight]),
            top[0]?.error ?? 0,
          );
        }
        const truth = truthOf([...one, ...other]);
        for (const { key, weight, error } of merged.top(64)) {
          expect(weight).toBeLessThanOrEqual(truth.get(key) ?? 0);
          expect(weight + error).toBeGreaterThanOrEqual(truth.get(key) ?? 0);
        }
      }),
    );
  });
});
