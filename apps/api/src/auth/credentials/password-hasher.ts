import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { requestContext } from '../../logging/request-context.js';
import { Problem } from '../../problems/problem.js';
import { RequestLimits } from '../../rate-limit/request-limits.js';
import { BoundedQueue } from './bounded-queue.js';
import { hashPassword, verifyPassword } from './password-hash.js';

/** About a second of waiting for the last one, at some 30 ms a hash and as long a rest. */
const MAX_WAITING_PER_TURN = 16;

/** Node's own default; hashing, files and name look-ups share these threads. */
const THREAD_POOL = 4;

const RETRY_AFTER_SECONDS = 1;

/**
 * How many passwords are hashed at a time: a core is left for everything else that the process does,
 * and a thread of Node's pool, too.
 */
export function hashingTurns(cores: number): number {
  return Math.max(1, Math.min(cores, THREAD_POOL) - 1);
}

/**
 * The one place where requests hash passwords, which costs a core some 20 ms and 19 MiB each: a few at
 * a time, a short queue, and beyond it a refusal of the request that wants to hash, and of no other.
 */
@Injectable()
export class PasswordHasher {
  private readonly queue: BoundedQueue;

  constructor(private readonly limits: RequestLimits) {
    const turns = hashingTurns(availableParallelism());
    // So a flood of logins takes half a core a turn; without the rest it takes all of one, and everything
    // else shares what is left. A login that comes alone does not wait.
    this.queue = new BoundedQueue(turns, turns * MAX_WAITING_PER_TURN, (tookMs) => sleep(tookMs));
  }

  /**
   * Lets a request in that is about to hash, before it asks the database for anything: there is room,
   * and neither the usuario nor the client's network has used up `LOGIN_RATE_LIMIT`.
   * @param subject whom the request is counted for beside its network
   * @param networkCounted the route's own limit has counted the network already
   * @throws Problem HASHING_BUSY, RATE_LIMITED
   */
  async admit(subject: string, networkCounted: boolean): Promise<void> {
    this.assertRoom();
    const address = requestContext.getStore()?.clientAddress;
    if (!networkCounted && address !== undefined) await this.limits.ofClient('login', address);
    await this.limits.ofSubject('login', subject);
  }

  /** @throws Problem HASHING_BUSY when a password that came now would not be hashed */
  assertRoom(): void {
    if (!this.queue.hasRoom) throw busy();
  }

  /** @throws Problem HASHING_BUSY */
  hash(password: string): Promise<string> {
    return this.run(() => hashPassword(password));
  }

  /** @throws Problem HASHING_BUSY */
  verify(passwordHash: string, password: string): Promise<boolean> {
    return this.run(() => verifyPassword(passwordHash, password));
  }

  private async run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.run(task);
    if (!result) throw busy();
    return result;
  }
}

const busy = (): Problem =>
  new Problem('HASHING_BUSY', 'Too many passwords are being checked; try again', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
