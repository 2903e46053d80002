import { Injectable } from '@nestjs/common';
import { LOCKOUT_SECONDS, MAX_FAILED_LOGINS } from './lockout.js';

/** Each costs about 200 bytes; beyond this the oldest are forgotten. */
const MAX_EMAILS = 10_000;

interface Failures {
  readonly count: number;
  /** By the monotonic clock; `undefined` = not locked. */
  readonly lockedUntilMs: number | undefined;
}

/**
 * Locks e-mail addresses that belong to nobody, just like accounts: otherwise six wrong passwords
 * would tell who has an account here (423) and who has not (401).
 *
 * It lives in this process's memory, bounded, while accounts are counted in the database.
 */
@Injectable()
export class UnknownEmailLockout {
  /** In the order of the last failure. */
  private readonly failures = new Map<string, Failures>();

  /** Seconds until the e-mail may be tried again, `undefined` when it may be tried now. */
  lockedSeconds(email: string, nowMs = performance.now()): number | undefined {
    const until = this.failures.get(email)?.lockedUntilMs;
    return until !== undefined && until > nowMs ? Math.ceil((until - nowMs) / 1000) : undefined;
  }

  /** Counts a failure, unless the e-mail is locked. */
  recordFailure(email: string, nowMs = performance.now()): void {
    if (this.lockedSeconds(email, nowMs) !== undefined) return;
    const count = (this.failures.get(email)?.count ?? 0) + 1;
    const locks = count >= MAX_FAILED_LOGINS;
    this.failures.delete(email);
    this.failures.set(email, {
      count: locks ? 0 : count,
      lockedUntilMs: locks ? nowMs + LOCKOUT_SECONDS * 1000 : undefined,
    });
    if (this.failures.size > MAX_EMAILS) {
      for (const oldest of this.failures.keys()) {
        this.failures.delete(oldest);
        break;
      }
    }
  }
}
