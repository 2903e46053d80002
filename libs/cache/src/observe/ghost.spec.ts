import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { selectPattern } from '../keys/key-selection.js';
import { Ghost, hashOf, isSampled } from './ghost.js';
import { MissCauses, type MissCause } from './miss-causes.js';
import { Tally } from './tally.js';

const fillOf = (filledAt: number, ttlMs = 60_000) => ({ filledAt, endsAt: filledAt + ttlMs });

describe('Ghost', () => {
  it('Ghost keeps to its bound, whatever is filled, and every key that it has is sampled', () => {
    const reports = fc.array(fc.array(fc.nat(1_000), { maxLength: 100 }), { maxLength: 20 });
    fc.assert(
      fc.property(reports, fc.integer({ min: 8, max: 64 }), (each, most) => {
        const ghost = new Ghost(most);
        let share = 1;
        for (const [second, ids] of each.entries()) {
          const hashes = ids.map((id) => hashOf(`k:${id}`)).filter((h) => isSampled(h, share));
          const fills = hashes.map((hash) => [hash, fillOf(second)] as const);
          const answer = ghost.exchange({ fills, misses: [], share }, second);
          expect(ghost.size).toBeLessThanOrEqual(most);
          expect(answer.share).toBeLessThanOrEqual(share);
          share = answer.share;
        }
        const all = Array.from({ length: 1_001 }, (_, id) => hashOf(`k:${id}`));
        const { known } = ghost.exchange({ fills: [], misses: all, share }, 100);
        known.forEach((fill, id) => {
          if (fill !== undefined)
            expect([id, isSampled(all[id] ?? NaN, share)]).toEqual([id, true]);
        });
      }),
    );
  });

  it('Ghost drops what ended long ago before it samples fewer keys', () => {
    const ghost = new Ghost(10);
    const fill = (from: number, at: number) =>
      ghost.exchange(
        {
          fills: Array.from({ length: 10 }, (_, n) => [hashOf(`k:${from + n}`), fillOf(at)]),
          misses: [],
          share: 1,
        },
        at,
      );
    fill(0, 0);
    expect(fill(10, 4_000_000).share).toBe(1);
    expect(ghost.size).toBe(10);
  });

  it('Ghost samples about the share of the keys that it says', () => {
    const keys = Array.from({ length: 20_000 }, (_, n) => `stats:user:${n}:days:30`);
    for (const share of [1 / 2, 1 / 8, 1 / 32]) {
      const sampled = keys.filter((key) => isSampled(hashOf(key), share)).length;
      expect(Math.abs(sampled / keys.length - share)).toBeLessThan(0.15 * share);
    }
  });
});

describe('MissCauses', () => {
  it('MissCauses knows a fill until its report has arrived, and reports it again if it has not', () => {
    const causes = new MissCauses(() => 7);
    causes.filled('a', 1_000);
    const fill = { filledAt: 7, endsAt: 1_007 };
    const lost = causes.take();
    expect(causes.unreported(hashOf('a'))).toEqual(fill);
    lost.settle();
    expect(causes.unreported(hashOf('a'))).toEqual(fill);
    const { report, settle } = causes.take();
    expect(report.fills).toEqual([[hashOf('a'), fill]]);
    settle({ known: [], share: 1 });
    expect(causes.unreported(hashOf('a'))).toBeUndefined();
  });

  interface Seen {
    readonly now: { at: number };
    readonly causes: MissCauses;
    readonly report: () => void;
    readonly counted: () => Partial<Record<MissCause, number>>;
    readonly tally: Tally;
  }

  function observed(most = 4_096): Seen {
    const now = { at: 1_000_000 };
    const causes = new MissCauses(() => now.at);
    const ghost = new Ghost(most);
    const tally = new Tally();
    const names: MissCause[] = ['first', 'expired', 'invalidated', 'evicted', 'unknown'];
    return {
      now,
      causes,
      tally,
      report: () => {
        const { report, settle } = causes.take();
        settle(ghost.exchange(report, now.at));
      },
      counted: () =>
        Object.fromEntries(
          names
            .map((name) => [name, tally.get(`cause_${name}`)] as const)
            .filter(([, n]) => n !== 0),
        ),
    };
  }

  it('a key that was never stored is missed for the first time', () => {
    const { causes, report, counted, tally } = observed();
    causes.missed('k', tally);
    report();
    report();
    expect(counted()).toEqual({ first: 1 });
  });

  it('a key that is asked for after its ttl has expired, and how late is known', () => {
    const { causes, report, counted, tally, now } = observed();
    causes.filled('k', 1_000);
    report();
    now.at += 1_500;
    causes.missed('k', tally);
    report();
    report();
    expect(counted()).toEqual({ expired: 1 });
    expect(tally.lateness.countUpTo(1)).toBe(1);
    expect(tally.lateness.countUpTo(0.4)).toBe(0);
  });

  it('a key that was removed is invalidated, and one that vanished before its end was evicted', () => {
    const { causes, report, counted, tally, now } = observed();
    for (const key of ['a:1', 'b:1']) causes.filled(key, 60_000);
    report();
    now.at += 10;
    causes.removed(selectPattern('a:*'));
    now.at += 10;
    for (const key of ['a:1', 'b:1']) causes.missed(key, tally);
    report();
    report();
    expect(counted()).toEqual({ invalidated: 1, evicted: 1 });
  });

  it('a removal from before the fill, or from after the end, is not the cause', () => {
    const { causes, report, counted, tally, now } = observed();
    causes.removed(selectPattern('*'));
    now.at += 1;
    causes.filled('k', 1_000);
    now.at += 2_000;
    causes.removed(selectPattern('*'));
    causes.missed('k', tally);
    report();
    report();
    expect(counted()).toEqual({ expired: 1 });
  });

  it('a removal that another process reports after the miss is the cause of it', () => {
    const { causes, report, counted, tally, now } = observed();
    causes.filled('k', 60_000);
    report();
    now.at += 10;
    causes.missed('k', tally);
    report();
    causes.removed(selectPattern('k*'), 0, now.at - 5);
    report();
    expect(counted()).toEqual({ invalidated: 1 });
  });

  it('a key is not said to be evicted when removals since its fill are not all known', () => {
    const { causes, report, counted, tally, now } = observed();
    causes.filled('k', 60_000);
    now.at += 1;
    for (let n = 0; n < 2_000; n++) causes.removed(selectPattern(`other:${n}:*`));
    causes.missed('k', tally);
    report();
    report();
    expect(counted()).toEqual({ unknown: 1 });
  });

  it('misses that no ghost was asked about have no cause', () => {
    const { causes, counted, tally } = observed();
    causes.missed('k', tally);
    causes.take().settle();
    causes.take().settle();
    expect(counted()).toEqual({});
  });

  it('the misses that stay when too many are queued stand for those that are left out', () => {
    const { causes, report, counted, tally } = observed();
    for (let n = 0; n < 3_000; n++) causes.missed(`k:${n}`, tally);
    report();
    report();
    expect(counted().first).toBeGreaterThan(2_700);
    expect(counted().first).toBeLessThan(3_300);
  });

  it('a sampled miss stands for all keys that are not sampled, however many there are', () => {
    const { causes, report, counted, tally, now } = observed(256);
    for (let round = 0; round < 12; round++) {
      for (let n = 0; n < 800; n++) causes.filled(`k:${n}`, 1_000);
      now.at += 1_500;
      report();
      for (let n = 0; n < 800; n++) causes.missed(`k:${n}`, tally);
      report();
    }
    report();
    const { expired = 0, first = 0 } = counted();
    // The rounds before the share had settled are not complete.
    expect(expired).toBeGreaterThan(0.9 * 12 * 800);
    expect(first).toBeLessThan(0.1 * 12 * 800);
  });
});
