import { describe, expect, it } from '@jest/globals';
import type { HistoryRecord } from '../support/history.js';
import { EVENT, readDetail } from './event.js';
import { judge, type Violation } from './judge.js';

const ROW = 7;
const HEAL_MS = 1_000;
const MS = 1_000;

/** Times in milliseconds, for the eye; the histories hold microseconds. */
const record = (
  kind: number,
  version: number,
  [begin, end]: readonly [number, number],
  detail = 0,
  row = ROW,
): HistoryRecord => ({ kind, row, version, begin: begin * MS, end: end * MS, detail });

type Span = readonly [number, number];
const read = (version: number, span: Span, process = 0): HistoryRecord =>
  record(EVENT.read, version, span, readDetail(process, true));
const acknowledged = (version: number, span: Span): HistoryRecord =>
  record(EVENT.acknowledged, version, span);
const lost = (version: number, span: Span, committed: boolean): HistoryRecord =>
  record(EVENT.lost, version, span, committed ? 1 : 0);
const restored = (version: number, at: number): HistoryRecord =>
  record(EVENT.restored, version, [at, at]);

const verdict = (...records: HistoryRecord[]): Violation[] => judge(records, { healMs: HEAL_MS });
const kinds = (...records: HistoryRecord[]): string[] =>
  verdict(...records).map(({ kind }) => kind);

describe('A read', () => {
  it('a read of the state before a write is right until the write is acknowledged', () => {
    expect(kinds(acknowledged(1, [10, 20]), read(0, [5, 6]), read(0, [12, 40]))).toEqual([]);
  });

  it('a read that begins after the acknowledgement of a newer state is stale by the time in between', () => {
    const found = verdict(
      acknowledged(1, [10, 20]),
      acknowledged(2, [30, 40]),
      acknowledged(3, [50, 60]),
      read(1, [65, 70], 2),
    );
    const expected = { kind: 'stale', row: ROW, version: 1, bound: 3, ageMs: 25, process: 2 };
    expect(found).toEqual([{ ...expected, begin: 65 * MS }]);
  });

  it('a read of a state whose write is under way is right', () => {
    expect(kinds(acknowledged(1, [10, 20]), read(1, [8, 12]))).toEqual([]);
  });

  it('a read that ended before the write of its state began saw a ghost', () => {
    expect(kinds(acknowledged(1, [10, 20]), read(1, [5, 9]))).toEqual(['ghost']);
  });

  it('a read of a state that was never written saw a ghost', () => {
    expect(kinds(acknowledged(1, [10, 20]), read(2, [30, 31]))).toEqual(['ghost']);
  });

  it('a read is judged by the writes of its own row, in whatever order the records come', () => {
    const other = record(EVENT.acknowledged, 1, [10, 20], 0, ROW + 1);
    expect(kinds(read(0, [30, 31]), other)).toEqual([]);
    expect(kinds(read(0, [30, 31]), acknowledged(1, [10, 20]))).toEqual(['stale']);
  });
});

describe('A write whose answer was lost', () => {
  const committed = lost(1, [10, 100], true);

  it('a write whose answer was lost may be seen and not be seen while its outcome is unknown', () => {
    expect(kinds(committed, read(0, [50, 51]), read(1, [52, 53]), read(0, [54, 55]))).toEqual([]);
  });

  it('and was committed may go unseen until it must have been healed', () => {
    expect(kinds(committed, read(0, [100 + HEAL_MS, 1_101]))).toEqual([]);
  });

  it('and was committed must be seen after that', () => {
    const [found] = verdict(committed, read(0, [100 + HEAL_MS + 5, 1_110]));
    expect(found).toMatchObject({ kind: 'unhealed', bound: 1, ageMs: 5 });
  });

  it('and was rolled back is a ghost when it is seen', () => {
    expect(kinds(lost(1, [10, 100], false), read(1, [50, 51]))).toEqual(['ghost']);
  });

  it('and was rolled back leaves its version to the next attempt', () => {
    const attempts = [lost(1, [10, 100], false), acknowledged(1, [110, 120])];
    expect(kinds(...attempts, read(1, [115, 116]), read(0, [119, 125]))).toEqual([]);
    expect(kinds(...attempts, read(0, [121, 125]))).toEqual(['stale']);
  });

  it('a write whose answer was lost is ordered by the next acknowledged one, at once', () => {
    const history = [committed, acknowledged(2, [110, 120])];
    expect(kinds(...history, read(1, [119, 130]))).toEqual([]);
    expect(kinds(...history, read(1, [121, 130]))).toEqual(['stale']);
    expect(kinds(...history, read(0, [121, 130]))).toEqual(['stale']);
  });
});

describe('A restore of the database', () => {
  const before = [acknowledged(1, [10, 20]), acknowledged(2, [30, 40]), acknowledged(3, [50, 60])];
  const history = [...before, restored(1, 100)];

  it('a restore of the database makes the restored state right again, although later ones were acknowledged', () => {
    expect(kinds(...history, read(1, [101, 102]))).toEqual([]);
  });

  it('a restore of the database makes ghosts of the states that it undid', () => {
    const [found] = verdict(...history, read(3, [104, 106]));
    expect(found).toMatchObject({ kind: 'ghost', bound: 1, ageMs: 4 });
  });

  it('a restore of the database makes ghosts of every state of a row that it removed', () => {
    expect(kinds(...before, restored(-1, 100), read(0, [101, 102]))).toEqual(['ghost']);
  });

  it('a restore of the database lets a read that it falls into show what was before and what is now, and nothing else', () => {
    expect(kinds(...history, read(3, [90, 110]), read(1, [90, 110]))).toEqual([]);
    expect(kinds(...history, read(2, [90, 110]))).toEqual(['ghost']);
  });

  it('a restore of the database may be noticed by a reader before it is by the harness', () => {
    const noticedLate = [...before, { ...restored(1, 100), begin: 80 * MS }];
    expect(kinds(...noticedLate, read(1, [85, 90]), read(3, [85, 90]))).toEqual([]);
    expect(kinds(...noticedLate, read(1, [70, 75]))).toEqual(['stale']);
    expect(kinds(...noticedLate, read(3, [101, 105]))).toEqual(['ghost']);
  });

  it('a restore of the database does not change the judgement of reads before it', () => {
    expect(kinds(...history, read(2, [61, 70]))).toEqual(['stale']);
  });

  it('a restore of the database makes what was before it stale as soon as the restored state is older than itself', () => {
    expect(kinds(...history, read(0, [105, 106]))).toEqual(['stale']);
  });

  it('a restore of the database begins the count of the writes anew', () => {
    const after = [...history, acknowledged(2, [120, 130])];
    expect(kinds(...after, read(2, [125, 126]), read(1, [129, 140]))).toEqual([]);
    expect(kinds(...after, read(1, [131, 132]))).toEqual(['stale']);
    expect(kinds(...after, read(3, [131, 132]))).toEqual(['ghost']);
  });
});

describe('A history that makes no sense', () => {
  it.each([
    ['skips a version', [acknowledged(1, [10, 20]), acknowledged(3, [30, 40])]],
    ['writes a version twice', [acknowledged(1, [10, 20]), acknowledged(1, [30, 40])]],
    ['does not go on from what was restored', [restored(5, 10), acknowledged(7, [20, 30])]],
  ])('a history that makes no sense is refused when it %s', (_, records) => {
    expect(() => verdict(...records)).toThrow('it has one writer');
  });
});
