import { describe, expect, it } from '@jest/globals';
import { UnknownEmailLockout } from './unknown-email-lockout.js';

const EMAIL = 'nobody@gad.local';
const MINUTE = 60_000;

function failTimes(lockout: UnknownEmailLockout, count: number, email = EMAIL, nowMs = 0): void {
  for (let i = 0; i < count; i += 1) lockout.recordFailure(email, nowMs);
}

describe('the lockout of e-mails that nobody has', () => {
  it('locks at the fifth failure, for a quarter of an hour from then on', () => {
    const lockout = new UnknownEmailLockout();
    failTimes(lockout, 4);
    expect(lockout.lockedSeconds(EMAIL, 0)).toBeUndefined();
    failTimes(lockout, 1, EMAIL, MINUTE);
    expect(lockout.lockedSeconds(EMAIL, MINUTE)).toBe(900);
    expect(lockout.lockedSeconds(EMAIL, 15 * MINUTE)).toBe(60);
    expect(lockout.lockedSeconds(EMAIL, 16 * MINUTE - 1)).toBe(1);
    expect(lockout.lockedSeconds(EMAIL, 16 * MINUTE)).toBeUndefined();
  });

  it('does not count while it locks, and gives five more afterwards', () => {
    const lockout = new UnknownEmailLockout();
    failTimes(lockout, 5);
    failTimes(lockout, 5, EMAIL, MINUTE);
    expect(lockout.lockedSeconds(EMAIL, 15 * MINUTE)).toBeUndefined();
    failTimes(lockout, 4, EMAIL, 15 * MINUTE);
    expect(lockout.lockedSeconds(EMAIL, 15 * MINUTE)).toBeUndefined();
    failTimes(lockout, 1, EMAIL, 15 * MINUTE);
    expect(lockout.lockedSeconds(EMAIL, 15 * MINUTE)).toBe(900);
  });

  it('keeps e-mails apart', () => {
    const lockout = new UnknownEmailLockout();
    failTimes(lockout, 5);
    expect(lockout.lockedSeconds(`x${EMAIL}`, 0)).toBeUndefined();
  });

  it('is bounded: it forgets the one that failed longest ago', () => {
    const lockout = new UnknownEmailLockout();
    failTimes(lockout, 5, 'first@gad.local');
    failTimes(lockout, 5, 'second@gad.local');
    for (let i = 0; i < 9_999; i += 1) lockout.recordFailure(`${i}@gad.local`, 0);
    expect(lockout.lockedSeconds('first@gad.local', 0)).toBeUndefined();
    expect(lockout.lockedSeconds('second@gad.local', 0)).toBe(900);
  });
});
