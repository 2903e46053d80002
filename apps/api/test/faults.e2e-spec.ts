import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../../../verify/faults/faults.js';
import { RedisPair } from '../../../verify/faults/redis-pair.js';
import type { RoundResult } from '../../../verify/faults/round-result.js';
import { runSubject } from '../../../verify/faults/run-subject.js';
import { subjectOf } from '../../../verify/faults/subjects.js';

const SEED = 20_261_126;

/** One round of these faults under load. */
async function run(subject: string, faults: readonly string[]): Promise<RoundResult> {
  const rounds: RoundResult[] = [];
  await runSubject(subjectOf(subject), {
    startStore: RedisPair.start,
    ...{ faults: faultsOf(faults), seed: SEED, firstRound: 0, rounds: 1, seconds: 100 },
    ...{ processes: 3, readers: 6, writers: 3, usuarios: 9 },
    onStrike: () => undefined,
    onNote: () => undefined,
    onRound: (result) => rounds.push(result),
  });
  const [result] = rounds;
  if (result === undefined) throw new Error('no round was run');
  return result;
}

/** A minute of `npm run verify:faults`; see verify/faults/README.md. */
describe('Three API processes over one Redis and one PostgreSQL', () => {
  it.each([
    [
      'gad',
      ['crash-before-invalidation', 'leader-crash-before-cursor'],
      ['redis-restart-old-dump', 'black-hole-one'],
    ],
    ['gad-local', ['process-frozen', 'crash-before-invalidation'], ['failover-one-left-behind']],
  ])(
    'three API processes show no stale state, fail no request and leave nothing stuck: %s',
    async (subject, ...some) => {
      const faults = some.flat();
      const result = await run(subject, faults);
      const { reads, hits, acknowledged, lostCommitted, stuckAsked } = result;
      expect(Object.keys(result.faults).sort()).toEqual([...faults].sort());
      // It was under load, out of the cache, and a write was lost: otherwise nothing was shown.
      for (const count of [reads, hits, acknowledged, lostCommitted, stuckAsked]) {
        expect(count).toBeGreaterThan(0);
      }
      const { stale, unhealed, ghost, wrong, failed, stuck, exits } = result;
      expect({ stale, unhealed, ghost, wrong, failed, stuck, exits }).toEqual({
        ...{ stale: 0, unhealed: 0, ghost: 0, wrong: 0, failed: {}, stuck: 0, exits: 0 },
      });
    },
  );

  it('plain cache-aside shows stale states after an old dump (the positive control)', async () => {
    // One dump may hold only what no reader asks for again: four are tried.
    const dumps = Array.from({ length: 4 }, () => 'redis-restart-old-dump');
    const result = await run('raw', dumps);
    // What else fails is the harness's own, and would leave less to be seen.
    expect(Object.keys(result.failed).filter((cause) => cause.startsWith('write'))).toEqual([]);
    expect(result.stale).toBeGreaterThan(0);
  });
});
