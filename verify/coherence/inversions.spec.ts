import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Inversions } from './inversions.js';

interface Read {
  readonly session: string;
  readonly version: number;
  readonly begin: number;
  readonly end: number;
}

function countOf(reads: readonly Read[]): Inversions['counts'] {
  const inversions = new Inversions();
  for (const { version, end } of reads) inversions.note(1, version, end);
  for (const { session, version, begin } of reads) inversions.judge(session, 1, version, begin);
  return inversions.counts;
}

const read = (session: string, version: number, begin: number, end: number): Read => ({
  session,
  version,
  begin,
  end,
});

describe('Inversions of reads', () => {
  it('inversions of reads count a read that begins after another caller saw the newer state', () => {
    const reads = [read('a', 2, 0, 10), read('b', 1, 11, 12)];
    expect(countOf(reads)).toEqual({ ofAnyCaller: 1, ofOneSession: 0 });
  });

  it('inversions of reads count a session that sees the older state after the newer one', () => {
    const reads = [read('a', 2, 0, 10), read('a', 1, 11, 12)];
    expect(countOf(reads)).toEqual({ ofAnyCaller: 1, ofOneSession: 1 });
  });

  it('inversions of reads do not count reads that overlap', () => {
    const reads = [read('a', 2, 0, 10), read('b', 1, 9, 12)];
    expect(countOf(reads)).toEqual({ ofAnyCaller: 0, ofOneSession: 0 });
  });

  it('inversions of reads agree with a comparison of every pair, while one write at a time is in flight', () => {
    const reads = fc.array(
      fc.record({
        session: fc.constant('a'),
        version: fc.integer({ min: 1, max: 2 }),
        begin: fc.integer({ min: 0, max: 60 }),
        length: fc.integer({ min: 1, max: 20 }),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(reads, (drawn) => {
        const all = drawn.map(({ begin, length, ...rest }) => ({
          ...rest,
          begin,
          end: begin + length,
        }));
        const inverted = all.filter(({ version, begin }) =>
          all.some((earlier) => earlier.end < begin && earlier.version > version),
        );
        expect(countOf(all).ofAnyCaller).toBe(inverted.length);
      }),
    );
  });
});
