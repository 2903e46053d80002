import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/** A link of a ring; a slot is a ring that begins and ends with its own head. */
class Link {
  previous: Link = this;
  next: Link = this;
}

class Bounded extends Link {
  open = true;

  constructor(
    readonly reject: (error: Error) => void,
    readonly ms: number,
    readonly due: number,
    /** How often the process had looked at its sockets before. */
    readonly looks: number,
  ) {
    super();
  }
}

/** What a wheel tells its owner about the calls that it bounds. */
export interface WheelHooks {
  /** A call was answered in time. */
  answered(): void;
  /** A call failed, or its `ms` milliseconds passed; returns the error to reject with. */
  failed(error: unknown, ms: number): Error;
}

const TICK_MS = 5;
/** A tick that comes later than this shows that the process was busy. */
const LATE_MS = 3 * TICK_MS;
/** A process that is busy looks so often at its sockets before it gives a call up. */
const LOOKS = 5;

/**
 * Bounds promises in time with one timer for all of them. A timer per call costs more than the
 * call itself at 100,000 calls a second; here a call is linked into the slot of its deadline and
 * unlinked when it is settled, so that nothing outlives its call (what does is moved about by the
 * garbage collector, which once cost more than everything else). The price is precision: a
 * deadline may be up to two ticks (10 ms) late.
 *
 * A late timer usually means that this process was busy, not the server: the answers are then
 * waiting in the socket, behind the timers, or the server waits for the processor that this process
 * keeps. So around late ticks a call is given up only when the sockets have been looked at five
 * times since it was made. A process that is always busy comes to its deadlines all the same, and
 * takes no answer that is there for a missing one; otherwise its own load would look like an outage,
 * and to do without the cache is more load.
 *
 * For the same reason the time of a call begins when it is on the wire. The client writes at the end
 * of the turn in which a call was made, so after a late tick the calls since the tick before begin
 * anew: five thousand calls of one turn are written when that turn has ended, however long it took.
 */
export class TimerWheel {
  readonly #slots = new Map<number, Link>();
  /** Calls since the last tick: they may not have been written yet. */
  readonly #fresh = new Link();
  /** Calls whose time is over, in a process that has been busy meanwhile. */
  readonly #overdue = new Link();
  #armedAt: number | undefined;
  #lastTick = 0;
  #pending = 0;
  #lateMs = 0;
  #looks = 0;
  #lateLook = -LOOKS;

  constructor(
    private readonly clock: Clock,
    private readonly hooks: WheelHooks,
  ) {}

  /**
   * What `read` makes of the outcome of `work`, or a rejection once `ms` milliseconds have passed.
   * All in one promise, because this is on the way of every hit.
   */
  bound<R>(work: Promise<unknown>, ms: number, read: (value: unknown) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const now = this.clock.now();
      const entry = new Bounded(reject, ms, now + ms, this.#looks);
      this.#enter(entry, now);
      work.then(
        (value) => {
          if (!this.#settle(entry)) return;
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
   * The clock, without the time in which this process was too busy to look at answers: between two
   * ticks no more passes than one should take.
   */
  now(): number {
    const now = this.clock.now();
    const latest = this.#armedAt === undefined ? now : this.#armedAt + TICK_MS;
    return Math.min(now, latest) - this.#lateMs;
  }

  #enter(entry: Bounded, now: number): void {
    append(this.#fresh, entry);
    this.#pending++;
    if (this.#armedAt === undefined) {
      this.#lastTick = Math.floor(now / TICK_MS);
      this.#arm(now);
    }
  }

  /** Whether it was still open. */
  #settle(entry: Bounded): boolean {
    if (!entry.open) return false;
    entry.open = false;
    unlink(entry);
    this.#pending--;
    return true;
  }

  #arm(now: number): void {
    this.#armedAt = now;
    this.clock.after(TICK_MS, () => this.#turn());
  }

  #turn(): void {
    const now = this.clock.now();
    const before = this.#armedAt ?? now;
    const late = now - before > LATE_MS;
    this.#lateMs += Math.max(0, now - before - TICK_MS);
    this.#looks++;
    if (late) this.#lateLook = this.#looks;
    this.#place(late ? now : undefined);
    const due = Math.floor(now / TICK_MS);
    for (let tick = this.#lastTick; tick <= due; tick++) this.#fallDue(tick);
    this.#giveUp();
    this.#lastTick = due;
    if (this.#pending > 0) {
      this.#arm(now);
      return;
    }
    // Nothing to wait for: no timer keeps the process alive.
    this.#slots.clear();
    this.#armedAt = undefined;
  }

  /** Puts the calls since the last tick into their slots; they begin at `startedAt`, if given. */
  #place(startedAt: number | undefined): void {
    const fresh = this.#fresh;
    for (let entry = fresh.next; entry instanceof Bounded; entry = fresh.next) {
      unlink(entry);
      const due = startedAt === undefined ? entry.due : startedAt + entry.ms;
      const tick = Math.ceil(due / TICK_MS);
      let head = this.#slots.get(tick);
      if (head === undefined) this.#slots.set(tick, (head = new Link()));
      append(head, entry);
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
    const calm = this.#looks - this.#lateLook >= LOOKS;
    let next = this.#overdue.next;
    while (next instanceof Bounded) {
      const call = next;
      next = call.next;
      if (!calm && this.#looks - call.looks < LOOKS) continue;
      this.#settle(call);
      const late = new CacheUnavailableError('timeout', 'The cache store did not answer in time.');
      call.reject(this.hooks.failed(late, call.ms));
    }
  }
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
