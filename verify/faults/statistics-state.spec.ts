import { describe, expect, it } from '@jest/globals';
import {
  countsAt,
  isHit,
  LAST_VERSION,
  stepFrom,
  versionIn,
  versionOf,
} from './statistics-state.js';

const versions = Array.from({ length: LAST_VERSION + 1 }, (_, version) => version);

describe('The states of a usuario', () => {
  it('the states of a usuario are all different and show how many writes made them', () => {
    expect(versions.map((version) => versionOf(countsAt(version)))).toEqual(versions);
  });

  it('the states of a usuario never have more than one tarea more than at the beginning', () => {
    const totals = versions.map((version) => countsAt(version).total_tareas);
    expect(Math.max(...totals) - Math.min(...totals)).toBe(1);
  });

  it('the states of a usuario follow from each other by the steps that the API offers', () => {
    expect([0, 1, 2, 3, 4].map(stepFrom)).toEqual([
      'create',
      'start',
      'finish',
      'delete',
      'create',
    ]);
  });

  it('the states of a usuario are not made up of parts of two of them', () => {
    const { pausadas } = countsAt(40);
    expect(versionOf({ ...countsAt(20), pausadas })).toBeUndefined();
    expect(versionOf({ ...countsAt(20), canceladas: 1 })).toBeUndefined();
  });
});

describe('An answer', () => {
  const body = { user_id: 1_000, period_days: 30, ...countsAt(5), _cache: { hit: true } };

  it('an answer shows the state of the usuario and period that were asked for', () => {
    expect(versionIn(body, 1_000, 30)).toBe(5);
  });

  it.each([
    ['another usuario', body, 1_001, 30],
    ['another period', body, 1_000, 7],
    ['no counts', { user_id: 1_000, period_days: 30 }, 1_000, 30],
    ['no object', null, 1_000, 30],
  ])('an answer of %s shows no state', (_, answer, usuario, days) => {
    expect(versionIn(answer, usuario, days)).toBeUndefined();
  });

  it('an answer says whether it came out of the cache', () => {
    expect([body, { ...body, _cache: { hit: false } }, {}, null].map(isHit)).toEqual([
      ...[true, false, false, false],
    ]);
  });
});
