import { describe, expect, it } from '@jest/globals';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { describeError, safeError, textOf } from './safe-error.js';

const SECRETS = ['ana@example.org', '30111222', '$scrypt$abc'];

/** As node-postgres makes them. */
const fromServer = (code: string, message: string, rest: Record<string, string> = {}) =>
  Object.assign(new Error(message), { severity: 'ERROR', code, ...rest });

const failed = (cause: Error) =>
  new DrizzleQueryError(
    'insert into "usuarios" ("email", "dni", "password_hash") values ($1, $2, $3)',
    SECRETS,
    cause,
  );

describe('safeError', () => {
  it.each([
    [
      'a unique key',
      fromServer('23505', 'duplicate key value violates unique constraint "usuarios_email_live"', {
        constraint: 'usuarios_email_live',
        detail: 'Key (email)=(ana@example.org) already exists.',
      }),
    ],
    ['a failed cast', fromServer('22P02', 'invalid input syntax for type integer: "30111222"')],
    ['a driver', new Error('connect ECONNREFUSED')],
  ])('shows code, constraint and statement and no value: %s', (_title, cause) => {
    const error = new Error('outer', { cause: failed(cause) });
    for (const text of [JSON.stringify(safeError(error)), describeError(error)]) {
      for (const secret of SECRETS) expect(text).not.toContain(secret);
      expect(text).toContain('insert into');
    }
  });

  it('safeError keeps what helps: names, the stack and the cause', () => {
    const cause = fromServer('23505', 'duplicate', { constraint: 'usuarios_email_live' });
    expect(safeError(failed(cause))).toMatchObject({
      message: 'Failed: insert into "usuarios"',
      statement: 'insert into "usuarios"',
      stack: expect.stringContaining('safe-error.spec'),
      cause: { code: '23505', constraint: 'usuarios_email_live' },
    });
    expect(safeError(fromServer('42501', 'permission denied for table tareas'))).toMatchObject({
      message: 'permission denied for table tareas',
    });
    expect(safeError(new TypeError('x is no function'))).toMatchObject({
      type: 'TypeError',
      message: 'x is no function',
    });
  });

  it('safeError cuts the parameters out of text that Drizzle made', () => {
    const { message, stack } = failed(new Error('no'));
    for (const text of [message, stack ?? '']) {
      const safe = textOf(text);
      for (const secret of SECRETS) expect(safe).not.toContain(secret);
      expect(safe).toContain('Failed query');
    }
  });

  it('safeError ends on a cause that goes in circles', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(safeError(error)).length).toBeGreaterThan(0);
  });
});
