import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Fleet, FleetView, HistoryRange } from '@gad/cache/store';
import { RecentHistory } from '@gad/cache/store';
import { COUNTER_NAMES } from '../../src/observe/tally.js';

const SLOT_MS = 10_000;
const HOUR_MS = 3_600_000;
const NOW = 1_000 * HOUR_MS;
const HIT = COUNTER_NAMES.indexOf('hit');

const hits = (count: number): number[] => {
  const counts = COUNTER_NAMES.map(() => 0);
  counts[HIT] = count;
  return counts;
};

describe('The recent history of a fleet', () => {
  let recent: RecentHistory;
  /** Hits by the begin of their slot, in two namespaces alike, and what was ever counted. */
  let stored: Map<number, number>;
  let ever: number;
  let asked: HistoryRange[];

  const count = (at: number, more: number): void => {
    stored.set(at, (stored.get(at) ?? 0) + more);
    ever += 2 * more;
  };
  const read = (...ranges: readonly HistoryRange[]): Promise<FleetView> => {
    asked.push(...ranges);
    const history = ranges.map(({ from, to }) =>
      [...stored]
        .filter(([at]) => at >= from && at <= to)
        .map(([at, each]) => ({
          at,
          counts: new Map(['a', 'b'].map((name) => [name, hits(each)])),
        })),
    );
    const totals = new Map([['(all)', new Map([['hit', ever]])]]);
    return Promise.resolve({ now: NOW, processes: [], totals, history });
  };
  // Nothing else of a fleet is asked for.
  const fleet = { read } as unknown as Fleet;
  const hitsSince = (from: number): number => recent.since(from).get('hit') ?? 0;

  beforeEach(() => {
    recent = new RecentHistory(HOUR_MS);
    [stored, ever, asked] = [new Map<number, number>(), 0, []];
  });

  it('slots that are known are not asked for again, but the newest, which were being filled', async () => {
    for (let at = NOW - HOUR_MS; at < NOW; at += SLOT_MS) count(at, 1);
    await recent.read(fleet, NOW);
    expect(hitsSince(NOW - HOUR_MS)).toBe(720);
    expect(hitsSince(NOW - 60_000)).toBe(12);
    count(NOW - SLOT_MS, 4);
    count(NOW, 2);
    await recent.read(fleet, NOW + 2_000);
    expect(asked.map(({ from }) => NOW - from)).toEqual([HOUR_MS, 3 * SLOT_MS]);
    expect(hitsSince(NOW - SLOT_MS)).toBe(14);
  });

  it('slots that are older than the history goes back are no longer in it', async () => {
    count(NOW - HOUR_MS, 5);
    count(NOW, 1);
    await recent.read(fleet, NOW);
    expect(hitsSince(0)).toBe(12);
    await recent.read(fleet, NOW + SLOT_MS);
    expect(hitsSince(0)).toBe(2);
  });

  it('after a long pause, everything since is asked for', async () => {
    count(NOW, 1);
    await recent.read(fleet, NOW);
    count(NOW + 600_000, 3);
    await recent.read(fleet, NOW + 1_800_000);
    expect(hitsSince(NOW)).toBe(8);
    await recent.read(fleet, NOW + 10 * HOUR_MS);
    expect(asked.at(-1)?.from).toBe(NOW + 9 * HOUR_MS);
    expect(hitsSince(0)).toBe(0);
  });

  it('what the store has forgotten is forgotten here', async () => {
    count(NOW - SLOT_MS, 50);
    await recent.read(fleet, NOW);
    [stored, ever] = [new Map<number, number>(), 0];
    count(NOW, 3);
    await recent.read(fleet, NOW + 2_000);
    expect(hitsSince(0)).toBe(6);
  });

  it('a loss that two readers meet is made good later, although reading all of it again fails', async () => {
    count(NOW, 50);
    await recent.read(fleet, NOW);
    [stored, ever] = [new Map<number, number>(), 0];
    count(NOW - 50 * SLOT_MS, 3);
    count(NOW, 4);
    const failing: Fleet['read'] = (...ranges) =>
      asked.length < 3 ? read(...ranges) : Promise.reject(new Error('unavailable'));
    const both = [1, 2].map(() => recent.read({ read: failing } as unknown as Fleet, NOW));
    await Promise.allSettled(both);
    await recent.read(fleet, NOW);
    expect(hitsSince(0)).toBe(14);
  });

  it('further ranges are read in the same call, with their namespaces', async () => {
    count(NOW, 3);
    const range = { step: '10s', from: NOW, to: NOW } as const;
    const { history } = await recent.read(fleet, NOW, range);
    expect(history).toEqual([
      [
        {
          at: NOW,
          counts: new Map([
            ['a', hits(3)],
            ['b', hits(3)],
          ]),
        },
      ],
    ]);
    expect(asked.length).toBe(2);
  });
});
