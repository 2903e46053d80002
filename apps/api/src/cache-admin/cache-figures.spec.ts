import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@gad/cache/store';
import { provedAt } from './cache-figures.js';

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
