import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/** An element of a ring; a slot is a ring that begins and ends with its own head. */
class Link {
  previous: Link = this;
  next: Link = this;
}

class Bounded extends Link {
  open = true;

  constructor(
    readonly reject: (error: Error) => void,
    readonly ms: number,
    /** How often the process had polled its sockets before. */
    readonly polls: number,
  ) {
    super();
  }
}

/** Callbacks for the calls of a wheel. */
export interface WheelHooks {
  /** A call was answered in time. */
  answered(): void;
  /** A call was answered after its deadline. */
  answeredLate?(): void;
  /** A call failed, or its `ms` milliseconds passed; returns the error to reject with. */
  failed(error: unknown, ms: number): Error;
}

const TICK_MS = 5;
/** Number of socket polls that suffice to find an answer, however long the deadline. */
const MOST_POLLS = 10;

/**
 * Puts deadlines on promises with one timer for all of them (Varghese and Lauck, "Hashed and
 * Hierarchical Timing Wheels", 1987). A timer per call costs more than the call itself at 100,000
 * calls a second; here a call is linked into the slot of its deadline and unlinked when it is
 * settled, so that nothing outlives its call (surviving objects burden the garbage collector, which
 * once cost more than everything else). The price is precision: a deadline may be up to two ticks
 * (10 ms) late.
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
export class TimerWheel {
  readonly #slots = new Map<number, Link>();
  /** Calls since the last tick; most are answered before they need a slot. */
  readonly #fresh = new Link();
  /** Calls whose time has passed, but after too few socket polls. */
  readonly #overdue = new Link();
  #armedAt: number | undefined;
  #lastTick = 0;
  #pending = 0;
  #lateMs = 0;
  /** Ticks: between two of them the event loop polls all sockets. */
  #polls = 0;

  constructor(
    private readonly clock: Clock,
    private readonly hooks: WheelHooks,
  ) {}

  /**
   * The result of `read` for the outcome of `work`, or a rejection after `ms` milliseconds. A
   * single promise, because this is on the path of every hit.
   */
  bound<R>(work: Promise<unknown>, ms: number, read: (value: unknown) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const entry = new Bounded(reject, ms, this.#polls);
      append(this.#fresh, entry);
      this.#pending++;
      if (this.#armedAt === undefined) this.#start();
      work.then(
        (value) => {
          if (!this.#settle(entry)) return this.hooks.answeredLate?.();
          this.hooks.answered();
          try {
            resolve(read(value));
          } catch (error) {
            reject(this.hooks.failed(error, ms));
          }
        },
        (error: unknown) => {
          if (this.#settle(entry)) reject(this.hooks.failed(error, ms));
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

  #start(): void {
    const now = this.clock.now();
    this.#lastTick = Math.floor(now / TICK_MS);
    this.#arm(now);
  }

  /** Settles a call; returns whether it was still open. */
  #settle(entry: Bounded): boolean {
    if (!entry.open) return false;
    entry.open = false;
    unlink(entry);
    this.#pending--;
    return true;
  }

  #arm(now: number): void {
    this.#armedAt = now;
    this.clock.after(TICK_MS, () => this.#tick());
  }

  #tick(): void {
    const now = this.clock.now();
    this.#lateMs += Math.max(0, now - (this.#armedAt ?? now) - TICK_MS);
    this.#polls++;
    this.#place(now);
    const due = Math.floor(now / TICK_MS);
    for (let tick = this.#lastTick; tick <= due; tick++) this.#fallDue(tick);
    this.#giveUp();
    this.#lastTick = due;
    if (this.#pending > 0) {
      this.#arm(now);
      return;
    }
    // No calls are open, so no timer keeps the process alive.
    this.#slots.clear();
    this.#armedAt = undefined;
  }

  /** Moves the calls since the last tick into their slots; their time begins now. */
  #place(now: number): void {
    const fresh = this.#fresh;
    for (let call = fresh.next; call instanceof Bounded; call = fresh.next) {
      unlink(call);
      const tick = Math.ceil((now + call.ms) / TICK_MS);
      let head = this.#slots.get(tick);
      if (head === undefined) this.#slots.set(tick, (head = new Link()));
      append(head, call);
    }
  }

  #fallDue(tick: number): void {
    const head = this.#slots.get(tick);
    if (head === undefined) return;
    this.#slots.delete(tick);
    for (let link = head.next; link instanceof Bounded; link = head.next) {
      unlink(link);
      append(this.#overdue, link);
    }
  }

  #giveUp(): void {
    let next = this.#overdue.next;
    while (next instanceof Bounded) {
      const call = next;
      next = call.next;
      if (this.#polls - call.polls < pollsWithin(call.ms)) continue;
      this.#settle(call);
      const late = new CacheUnavailableError('timeout', 'The cache store did not answer in time.');
      call.reject(this.hooks.failed(late, call.ms));
    }
  }
}

/** How often an idle process polls its sockets within `ms` milliseconds. */
function pollsWithin(ms: number): number {
  return Math.min(MOST_POLLS, Math.ceil(ms / TICK_MS) + 1);
}

function append(head: Link, link: Link): void {
  link.previous = head.previous;
  link.next = head;
  head.previous.next = link;
  head.previous = link;
}

function unlink(link: Link): void {
  link.previous.next = link.next;
  link.next.previous = link.previous;
}
