import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BOUNDS_MS, Histogram } from './histogram.js';

const durations = fc.array(fc.double({ min: 0.001, max: 4_000_000, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

function histogramOf(each: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of each) histogram.add(ms);
  return histogram;
}

describe('Histogram', () => {
  it('Histogram gives every quantile within 12.5 % of the true one', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (each, share) => {
        const sorted = [...each].sort((a, b) => a - b);
        const truth = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
        const found = histogramOf(each).quantile(share) ?? NaN;
        // Half a microsecond is lost by rounding to whole ones.
        expect(Math.abs(found - truth)).toBeLessThanOrEqual(0.125 * truth + 0.0005);
      }),
    );
  });

  it('Histogram of several processes is that of all their durations', () => {
    fc.assert(
      fc.property(durations, durations, (one, other) => {
        const merged = histogramOf(one);
        merged.merge(histogramOf(other).cells());
        expect(merged.cells()).toEqual(histogramOf([...one, ...other]).cells());
        expect(merged.count).toBe(one.length + other.length);
      }),
    );
  });

  it('Histogram counts what is not a duration of ours as the shortest or the longest', () => {
    const histogram = histogramOf([-1, NaN, 0, Infinity, 1e15]);
    expect(histogram.count).toBe(5);
    expect(histogram.quantile(0.5)).toBe(0);
    expect(histogram.quantile(1)).toBeGreaterThan(4_000_000);
  });

  it('Histogram ignores cells that it does not have', () => {
    const histogram = new Histogram();
    histogram.merge([-1, 5, 256, 5, 1.5, 5, 3, NaN, 4, -2, 5]);
    expect(histogram.count).toBe(0);
    expect(histogram.quantile(0.5)).toBeUndefined();
  });

  it('Histogram counts those up to a duration', () => {
    const histogram = histogramOf([1, 10, 100]);
    expect([0.5, 2, 20, 200].map((ms) => histogram.countUpTo(ms))).toEqual([0, 1, 2, 3]);
  });

  it('Histogram counts exactly what is below each bound, and sums the durations', () => {
    const at = BOUNDS_MS.indexOf(0.064 * 2 ** 4);
    const histogram = histogramOf([0.01, 1.023, 1.024, 1.025, 100_000]);
    expect(histogram.upTo().slice(0, at + 2)).toEqual([1, 1, 1, 1, 2, 4]);
    expect(histogram.upTo().at(-1)).toBe(4);
    expect(histogram.sumMs).toBeCloseTo(100_003.082, 6);
    expect(histogramOf([NaN, -1]).sumMs).toBe(0);
  });
});
