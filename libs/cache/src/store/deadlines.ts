import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/** A call that has not been settled. */
interface OpenCall {
  readonly reject: (error: Error) => void;
  readonly ms: number;
  /** How often the process had polled its sockets before. */
  readonly polls: number;
  /** When its time has passed, which begins at the first tick after the call. */
  endsAt: number | undefined;
  /** Its place in the list; -1 once it is settled. */
  at: number;
}

/** Callbacks for the ends of calls. */
export interface DeadlineHooks {
  /** A call was answered in time. */
  answered?(): void;
  /** A call was answered after its deadline. */
  answeredLate?(): void;
  /** A call failed, or its `ms` milliseconds passed; returns the error to reject with. */
  failed?(error: unknown, ms: number): Error;
}

const TICK_MS = 5;
/** Number of socket polls that suffice to find an answer, however long the deadline. */
const MOST_POLLS = 10;

/**
 * Puts deadlines on promises with one timer for all of them, which ticks while calls are open. A
 * timer per call costs more than the call itself at 100,000 calls a second; here a call enters a
 * list and leaves it when it is settled, so that nothing outlives its call (surviving objects
 * burden the garbage collector, which once cost more than everything else). The price is precision,
 * as a deadline may be up to two ticks (10 ms) late, and each tick looks at all open calls, which
 * the store gate keeps to some hundreds.
 *
 * Only time in which this process could have seen an answer counts. While it computes, collects
 * garbage or waits for a processor, answers pile up in the socket, and with long turns of the event
 * loop every answer needs several of them: the call is written at the end of one turn and its
 * answer is read in a later one. Therefore a call times out only when its time has passed and the
 * process has since polled its sockets as often as an idle process does in that time, ten times at
 * most. In an idle process a call to an unresponsive server times out on time, and in a saturated
 * one it still does; but the process does not mistake its own load for an outage, which would send
 * more load to the source.
 */
export class Deadlines {
  readonly #open: OpenCall[] = [];
  #armedAt: number | undefined;
  #lateMs = 0;
  /** Ticks: between two of them the event loop polls all sockets. */
  #polls = 0;

  constructor(
    private readonly clock: Clock,
    private readonly hooks: DeadlineHooks = {},
  ) {}

  /**
   * The outcome of `work`, as `read` reads it, or a rejection after `ms` milliseconds. A
   * single promise, because this is on the path of every hit.
   */
  bound<R = unknown>(work: Promise<unknown>, ms: number, read?: (value: unknown) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const { length } = this.#open;
      const call = { reject, ms, polls: this.#polls, endsAt: undefined, at: length };
      this.#open.push(call);
      if (this.#armedAt === undefined) this.#arm();
      work.then(
        (value) => {
          if (!this.#settle(call)) return this.hooks.answeredLate?.();
          this.hooks.answered?.();
          try {
            // Without `read`, R is unknown.
            resolve(read === undefined ? (value as R) : read(value));
          } catch (error) {
            reject(this.#errorOf(error, ms));
          }
        },
        (error: unknown) => {
          if (this.#settle(call)) reject(this.#errorOf(error, ms));
        },
      );
    });
  }

  /**
   * A clock that excludes time in which this process was too busy to read answers: between two
   * ticks it advances by at most one tick.
   */
  now(): number {
    const now = this.clock.now();
    const latest = this.#armedAt === undefined ? now : this.#armedAt + TICK_MS;
    return Math.min(now, latest) - this.#lateMs;
  }

  /** Settles a call; returns whether it was still open. */
  #settle(call: OpenCall): boolean {
    if (call.at === -1) return false;
    // The last call takes its place.
    const last = this.#open.pop();
    if (last !== undefined && last !== call) {
      this.#open[call.at] = last;
      last.at = call.at;
    }
    call.at = -1;
    return true;
  }

  #arm(): void {
    this.#armedAt = this.clock.now();
    this.clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const now = this.clock.now();
    this.#lateMs += Math.max(0, now - (this.#armedAt ?? now) - TICK_MS);
    this.#armedAt = now;
    this.#polls++;
    // A copy, because calls that are given up leave the list.
    for (const call of [...this.#open]) {
      call.endsAt ??= now + call.ms;
      if (now >= call.endsAt && this.#polls - call.polls >= pollsWithin(call.ms)) {
        this.#giveUp(call);
      }
    }
    // Without open calls no timer keeps the process alive.
    if (this.#open.length > 0) this.#arm();
    else this.#armedAt = undefined;
  }

  #giveUp(call: OpenCall): void {
    this.#settle(call);
    const late = new CacheUnavailableError('timeout', 'The cache store did not answer in time.');
    call.reject(this.#errorOf(late, call.ms));
  }

  #errorOf(error: unknown, ms: number): Error {
    if (this.hooks.failed !== undefined) return this.hooks.failed(error, ms);
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** How often an idle process polls its sockets within `ms` milliseconds. */
function pollsWithin(ms: number): number {
  return Math.min(MOST_POLLS, Math.ceil(ms / TICK_MS) + 1);
}
