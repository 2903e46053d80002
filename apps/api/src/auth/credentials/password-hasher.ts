import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { requestContext } from '../../logging/request-context.js';
import { Problem } from '../../problems/problem.js';
import { RequestLimits } from '../../rate-limit/request-limits.js';
import { BoundedQueue } from './bounded-queue.js';
import { HashingThread, type HashingTask } from './hashing-thread.js';
import { canonicalPassword, COST } from './password-hash.js';

/** At some 30 ms a hash the last in the queue waits about a second. */
const MAX_WAITING_PER_TURN = 32;

/** More threads would hold more memory, and a burst of logins no more than a short queue. */
const MAX_THREADS = 3;

const RETRY_AFTER_SECONDS = 1;

/** How many passwords are hashed at a time: one core is left for everything else in the process. */
export function hashingTurns(cores: number): number {
  return Math.max(1, Math.min(cores - 1, MAX_THREADS));
}

/**
 * The one place where requests hash passwords. Each hash costs about 20 ms of a core and 19 MiB, so a
 * few run at a time, in threads of low priority, behind a short queue. When the queue is full, requests
 * that hash are refused; others are not affected.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly queue: BoundedQueue;
  private readonly threads: readonly HashingThread[];
  private readonly idle: HashingThread[];

  constructor(private readonly limits: RequestLimits) {
    const turns = hashingTurns(availableParallelism());
    this.queue = new BoundedQueue(turns, turns * MAX_WAITING_PER_TURN);
    this.threads = Array.from({ length: turns }, () => new HashingThread());
    this.idle = [...this.threads];
  }

  /** Requests that hash are answered by then. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
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
  async hash(password: string): Promise<string> {
    return String(await this.run({ password: canonicalPassword(password), cost: COST }));
  }

  /** @throws Problem HASHING_BUSY */
  async verify(passwordHash: string, password: string): Promise<boolean> {
    const task = { password: canonicalPassword(password), hash: passwordHash };
    return (await this.run(task)) === true;
  }

  private async run(task: HashingTask): Promise<string | boolean> {
    const result = this.queue.run(async () => {
      const thread = this.idle.pop();
      if (thread === undefined) throw new Error('more tasks run than there are threads');
      try {
        return await thread.run(task);
      } finally {
        this.idle.push(thread);
      }
    });
    if (!result) throw busy();
    return result;
  }
}

const busy = (): Problem =>
  new Problem('HASHING_BUSY', 'Too many passwords are being checked; try again', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
