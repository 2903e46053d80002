import { describe, expect, it } from '@jest/globals';
import { Rates } from './rates.js';

type Overview = Parameters<Rates['add']>[0];
type Point = Parameters<Rates['seed']>[0][number];

const START = Date.parse('2026-01-01T12:00:00Z');
const NO_READS = { hit: 0, local_hit: 0, stale_hit: 0, miss: 0, bypass: 0 };

const overview = (second: number, hit: number, miss = 0): Overview =>
  ({
    at: new Date(START + second * 1_000).toISOString(),
    totals: { reads: { ...NO_READS, hit, miss } },
    windows: [{ load_ms_mean: 12 }],
  }) as Overview; // what `add` reads of it

const point = (second: number, hit: number): Point =>
  ({
    at: new Date(START + second * 1_000).toISOString(),
    reads: { ...NO_READS, hit },
    load_ms_mean: 5,
  }) as Point; // what `seed` reads of it

describe('Rates', () => {
  it('a slot of reads is their number by the seconds that it knows of', () => {
    const rates = new Rates(10, 3);
    for (const [second, hits] of [
      [0, 100],
      [2, 120],
      [4, 140],
    ] as const) {
      rates.add(overview(second, hits));
    }
    const { times, reads, loadMs } = rates.view();
    expect(times.at(-1)).toBe(START / 1_000);
    expect(reads.hit).toEqual([null, null, 10]);
    expect(loadMs.at(-1)).toBe(12);
  });

  it('slots of the history without a count had no reads, and those before it are unknown', () => {
    const rates = new Rates(10, 5);
    rates.seed([point(0, 50), point(20, 30)], START + 32_000);
    rates.add(overview(32, 1_000));
    rates.add(overview(34, 1_010, 10));
    expect(rates.view().reads.hit).toEqual([null, 5, 0, 3, 5]);
    expect(rates.view().ratio).toEqual([null, 1, null, 1, 0.5]);
  });

  it('what happened in a pause is in no slot, as it is not known when in it', () => {
    const rates = new Rates(10, 4);
    rates.add(overview(0, 0));
    rates.add(overview(60, 6_000));
    rates.add(overview(62, 6_010));
    expect(rates.view().reads.hit.at(-1)).toBe(5);
  });

  it('counters that begin anew give no reads below zero', () => {
    const rates = new Rates(10, 1);
    rates.add(overview(0, 500));
    rates.add(overview(2, 4));
    expect(rates.view().reads.hit).toEqual([0]);
  });

  it('keeps a fixed number of slots, however long it goes on', () => {
    const rates = new Rates(10, 6);
    for (let second = 0; second < 4_000; second += 5) rates.add(overview(second, second));
    const { times, reads } = rates.view();
    expect(times).toHaveLength(6);
    expect(reads.hit).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
