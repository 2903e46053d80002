import { describe, expect, it } from '@jest/globals';
import { sqlStateOf } from './database-cause.js';
import { databaseUnavailable, isDatabaseUnavailable, isUnavailable } from './unavailable.js';

const fromServer = (code: string) =>
  Object.assign(new Error('from the server'), { severity: 'ERROR', code });

describe('isUnavailable', () => {
  it.each([
    ['08006', 'connection failure'],
    ['25006', 'a primary that became read-only'],
    ['25P03', 'idle in transaction too long'],
    ['28P01', 'a password that was changed'],
    ['40001', 'serialization failure'],
    ['42501', 'a privilege that was revoked'],
    ['40P01', 'deadlock'],
    ['53300', 'too many connections'],
    ['55P03', 'lock timeout'],
    ['57014', 'statement timeout'],
    ['57P01', 'shutdown'],
    ['57P03', 'still starting'],
    ['58030', 'input/output error'],
  ])('isUnavailable is true for %s: %s', (code) => {
    expect(isUnavailable(fromServer(code))).toBe(true);
  });

  it.each([
    ['22012', 'division by zero'],
    ['23505', 'unique violation'],
    ['25P02', 'in a failed transaction'],
    ['42P01', 'no such table'],
    ['55006', 'object in use'],
    ['XX000', 'internal error'],
  ])('isUnavailable is false for %s: %s', (code) => {
    expect(isUnavailable(fromServer(code))).toBe(false);
  });

  it('isUnavailable is true for errors that never reached a server or never came back', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(isUnavailable(refused)).toBe(true);
    expect(isUnavailable(new AggregateError([refused]))).toBe(true);
    expect(isUnavailable(new Error('Query read timeout'))).toBe(true);
  });

  it('isUnavailable is false for mistakes of the program', () => {
    expect(isUnavailable(new TypeError('Converting circular structure to JSON'))).toBe(false);
    expect(isUnavailable('no error')).toBe(false);
    expect(isUnavailable(undefined)).toBe(false);
  });
});

describe('sqlStateOf', () => {
  it('sqlStateOf is silent about the codes of the operating system', () => {
    expect(sqlStateOf(Object.assign(new Error(), { code: 'EPIPE' }))).toBeUndefined();
    expect(sqlStateOf(fromServer('23505'))).toBe('23505');
  });
});

describe('databaseUnavailable', () => {
  it('gives the caller a time to retry, and the cause to the log alone', () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.7:5432');
    const problem = databaseUnavailable(cause);
    expect(problem).toMatchObject({ code: 'DATABASE_UNAVAILABLE', status: 503, cause });
    expect(problem.retryAfterSeconds).toBeGreaterThan(0);
    expect(problem.detail).not.toContain('10.0.0.7');
    expect(isDatabaseUnavailable(problem)).toBe(true);
    expect(isDatabaseUnavailable(cause)).toBe(false);
  });
});
