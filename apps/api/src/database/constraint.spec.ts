import { describe, expect, it } from '@jest/globals';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { violatedConstraint } from './constraint.js';

const violation = (fields: object) => Object.assign(new Error('violation'), fields);

describe('violatedConstraint', () => {
  it('violatedConstraint finds the name under the wrapper', () => {
    const cause = violation({ code: '23505', constraint: 'tareas_codigo_unique' });
    expect(violatedConstraint(cause)).toBe('tareas_codigo_unique');
    expect(violatedConstraint(new DrizzleQueryError('insert', [], cause))).toBe(
      'tareas_codigo_unique',
    );
  });

  it('violatedConstraint is undefined for a violation without a constraint, such as not-null', () => {
    expect(violatedConstraint(violation({ code: '23502', column: 'titulo' }))).toBeUndefined();
  });

  it('violatedConstraint is undefined for an error of another class that names a constraint', () => {
    expect(violatedConstraint(violation({ code: '42704', constraint: 'x' }))).toBeUndefined();
  });

  it('violatedConstraint ends on a chain of causes that bites its own tail', () => {
    const error = new Error('round');
    error.cause = error;
    expect(violatedConstraint(error)).toBeUndefined();
  });

  it.each([undefined, null, 'text', 7, {}])('violatedConstraint is undefined for %p', (value) => {
    expect(violatedConstraint(value)).toBeUndefined();
  });
});
