import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@gad/cache/store';
import { namespacesOf, provedAt } from './cache-figures.js';

const process = (fresh: boolean | null, reported_at: number, proof_age_ms: number | null) =>
  ({ fresh, reported_at, proof_age_ms }) as Snapshot; // what is looked at

describe('before when everything committed is applied', () => {
  it('is the oldest proof of all processes', () => {
    expect(provedAt([process(true, 10_000, 100), process(true, 10_500, 900)])).toBe(9_600);
  });

  it('is unknown while one process has no proof, whatever the others have', () => {
    expect(provedAt([process(true, 10_000, 100), process(false, 10_000, null)])).toBeNull();
  });

  it('is unknown without a log of events, and a process without one says nothing', () => {
    expect(provedAt([process(null, 10_000, null)])).toBeNull();
    expect(provedAt([])).toBeNull();
    expect(provedAt([process(null, 10_000, null), process(true, 10_000, 100)])).toBe(9_900);
  });
});

describe('what the figures of a namespace advise', () => {
  const adviceOf = (hit: number, miss: number) => {
    const counts = new Map(Object.entries({ hit, miss, cause_first: miss }));
    const totals = new Map([['stats:user', counts]]);
    return namespacesOf({ now: 0, processes: [], totals, history: [] })[0]?.advice;
  };

  it('names the cause of most misses and what ending it would gain', () => {
    expect(adviceOf(90, 10)).toEqual([{ code: 'fewer_variants', share: 1, gain: 0.1 }]);
  });

  it('is nothing where it would gain less than a point, or where few reads were counted', () => {
    expect(adviceOf(9_999, 1)).toEqual([]);
    expect(adviceOf(9, 10)).toEqual([]);
  });
});
