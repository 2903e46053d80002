import { describe, expect, it } from '@jest/globals';
import { ROLES } from '../database/schema.js';
import { hasRole } from './role.js';

describe('hasRole', () => {
  it.each([
    ['usuario', ['usuario']],
    ['supervisor', ['usuario', 'supervisor']],
    ['admin', ['usuario', 'supervisor', 'admin']],
  ] as const)('a %s has the roles %j', (rol, has) => {
    expect(ROLES.filter((minimum) => hasRole({ rol }, minimum))).toEqual(has);
  });
});
