import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendResult, readResults, totals } from './results-file.js';
import type { RoundResult } from './round-result.js';

function round(about: Partial<RoundResult>): RoundResult {
  return {
    ...{ subject: 'gad', seed: 7, round: 0, seconds: 100, reads: 1_000, hits: 800 },
    ...{ stale: 0, unhealed: 0, ghost: 0, wrong: 0, ages: {}, maxAgeMs: 0 },
    ...{
      acknowledged: 50,
      lost: 2,
      lostCommitted: 1,
      failed: {},
      excused: { 'read ECONNRESET': 3 },
    },
    ...{ stuck: 0, stuckAsked: 108, exits: 0 },
    faults: {
      flushall: {
        ...{ strikes: 1, missed: 0, violations: 0, recoveryMs: [40] },
        others: { before: { reads: 4, hits: 3 }, during: { reads: 2, hits: 1 } },
      },
    },
    ...about,
  };
}

describe('The results of rounds', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gad-faults-'));
    path = join(folder, 'results.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('the results of rounds are none before the first run', () => {
    expect(readResults(path)).toEqual([]);
  });

  it('the results of rounds are read as they were written', () => {
    const rounds = [round({}), round({ round: 1, stale: 2, ages: { '5': 2 }, maxAgeMs: 1.5 })];
    for (const one of rounds) appendResult(path, one);
    expect(readResults(path)).toEqual(rounds);
  });

  it('the results of rounds lose the line that a killed run did not finish, and go on behind the one before', async () => {
    appendResult(path, round({}));
    await appendFile(path, JSON.stringify(round({ round: 1 })).slice(0, 40));
    expect(readResults(path)).toEqual([round({})]);
    appendResult(path, round({ round: 1, reads: 5 }));
    expect(readResults(path)).toEqual([round({}), round({ round: 1, reads: 5 })]);
  });

  it('the results of rounds add up by subject, in the order of their first rounds', () => {
    const sums = totals([
      round({ subject: 'raw', stale: 4, maxAgeMs: 9, ages: { '1': 4 } }),
      round({}),
      round({ subject: 'raw', round: 1, stale: 1, maxAgeMs: 3, ages: { '1': 1 } }),
      round({ round: 1, exits: 1, failed: { 'read 500': 1 } }),
    ]);
    expect(sums).toEqual([
      {
        ...round({ subject: 'raw', round: 1, seconds: 200, reads: 2_000, hits: 1_600, stale: 5 }),
        ...{ ages: { '1': 5 }, maxAgeMs: 9, acknowledged: 100, lost: 4, lostCommitted: 2 },
        ...{ excused: { 'read ECONNRESET': 6 }, stuckAsked: 216 },
        faults: {
          flushall: {
            ...{ strikes: 2, missed: 0, violations: 0, recoveryMs: [40, 40] },
            others: { before: { reads: 8, hits: 6 }, during: { reads: 4, hits: 2 } },
          },
        },
      },
      {
        ...round({ round: 1, seconds: 200, reads: 2_000, hits: 1_600, exits: 1 }),
        ...{ acknowledged: 100, lost: 4, lostCommitted: 2, failed: { 'read 500': 1 } },
        ...{ excused: { 'read ECONNRESET': 6 }, stuckAsked: 216 },
        faults: {
          flushall: {
            ...{ strikes: 2, missed: 0, violations: 0, recoveryMs: [40, 40] },
            others: { before: { reads: 8, hits: 6 }, during: { reads: 4, hits: 2 } },
          },
        },
      },
    ]);
  });
});
