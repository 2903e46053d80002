import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';

/** Calls let through side by side: at first, at least, at most. */
const FIRST = 64;
const LEAST = 32;
const MOST = 500;
/** The share of the deadline that an answer may take longer because of the calls beside it. */
const CROWDING = 1 / 10;
const STEP = 1.25;

/** How often a gate in front of a store that is away looks whether it is back. */
const LOOK_MS = 10;

interface Waiting {
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/** Waiting calls of one request, first come first served. */
interface Line {
  readonly calls: Waiting[];
  served: number;
}

/** What a gate goes by. */
export interface GateParts {
  readonly clock: Clock;
  /** Whether the store is asked at present, and what is sent is not refused at once. */
  readonly asked: () => boolean;
  /** The clock, without the time in which the process was too busy to look at answers. */
  readonly time: Pick<Clock, 'now'>;
  readonly deadlineMs: number;
  /** The longest time in the queue. */
  readonly queueMs: number;
}

/**
 * Where store calls queue that are too many at once. A store that is handed five thousand calls
 * answers the last of them late without being slow; here they wait in the process, in a time that
 * is counted neither as the store's nor against a deadline, and each is answered as promptly as a
 * single one.
 *
 * How many are let through follows the answers, as in TCP Vegas (Brakmo and Peterson, 1995): more
 * while all of them take hardly longer than the quickest, which is so when the network is slow, and
 * fewer when they do, which is so when the server or this process is busy.
 *
 * Requests take turns, so that one that asks for thousands of keys holds nobody else up; and what
 * ends a load goes first, because others wait for it.
 */
export class StoreGate {
  readonly time: Pick<Clock, 'now'>;
  readonly #parts: GateParts;
  readonly #crowdedMs: number;
  readonly #lines = new Map<object, Line>();
  #open = FIRST;
  #inside = 0;
  #quickestMs = Infinity;
  /** Until when the queue waits for the store to be back; `undefined` when it was there last. */
  #heldUntil: number | undefined;
  #holding = false;
  /** Answers since `#countedFrom`, while calls were waiting all the time. */
  #answers = 0;
  #countedFrom = 0;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.time = parts.time;
    this.#crowdedMs = parts.deadlineMs * CROWDING;
  }

  /** Calls let through side by side at present. */
  get width(): number {
    return this.#open;
  }

  /** Takes a place if there is one. One `leave` must follow then. */
  tryEnter(): boolean {
    if (this.#inside >= this.#open) return false;
    this.#inside++;
    return true;
  }

  /**
   * Takes a place, at once (`undefined`) or when there is one. One `leave` must follow.
   *
   * @param line whose turn it is: a request, or `ENDING`
   * @throws CacheUnavailableError when it has waited too long; no `leave` then
   */
  enter(line: object): Promise<void> | undefined {
    if (this.tryEnter()) return undefined;
    return new Promise((admit, refuse) => {
      const waiting = { since: this.#parts.clock.now(), admit, refuse };
      if (this.#lines.size === 0) this.#count(waiting.since);
      const known = this.#lines.get(line);
      if (known === undefined) this.#lines.set(line, { calls: [waiting], served: 0 });
      else known.calls.push(waiting);
    });
  }

  /** Gives the place back. @param tookMs what the answer took; absent when no call was made */
  leave(tookMs?: number): void {
    this.#inside--;
    // It forgets slowly, should the way to the store have become longer.
    if (tookMs !== undefined) {
      this.#quickestMs = Math.min(tookMs, this.#quickestMs * 1.001 + 0.001);
    }
    if (this.#lines.size === 0) return;
    if (tookMs !== undefined) this.#adapt();
    if (!this.#holding) this.#admit();
  }

  #admit(): void {
    while (this.#inside < this.#open && this.#lines.size > 0) {
      if (this.#holds()) return;
      const next = this.#next();
      if (next === undefined) return;
      const waitedMs = this.#parts.clock.now() - next.since;
      if (waitedMs > this.#parts.queueMs) {
        next.refuse(new CacheUnavailableError('timeout', 'Too many store calls were ahead.'));
        continue;
      }
      this.#inside++;
      next.admit();
    }
  }

  /**
   * Whether the queue has to wait because the store has just gone away. A hiccup must not cost
   * thousands of keys their caching, so they wait for the first probe; one deadline, and no more.
   */
  #holds(): boolean {
    const { clock, asked, deadlineMs } = this.#parts;
    const held = this.#heldUntil;
    if (asked()) {
      this.#heldUntil = undefined;
      return false;
    }
    const now = clock.now();
    if (held !== undefined && now >= held) return false;
    this.#heldUntil = held ?? now + deadlineMs;
    this.#holding = true;
    clock.after(LOOK_MS, () => {
      this.#holding = false;
      this.#admit();
    });
    return true;
  }

  #adapt(): void {
    if (++this.#answers < this.#open) return;
    // As many answers as there are calls inside take as long as one of them.
    const now = this.#parts.clock.now();
    const crowded = now - this.#countedFrom - this.#quickestMs > this.#crowdedMs;
    this.#open = crowded
      ? Math.max(LEAST, Math.floor(this.#open / STEP))
      : Math.min(MOST, Math.ceil(this.#open * STEP));
    this.#count(now);
  }

  #count(now: number): void {
    this.#answers = 0;
    this.#countedFrom = now;
  }

  #next(): Waiting | undefined {
    const ending = this.#lines.get(ENDING);
    const [name, line] = ending === undefined ? first(this.#lines) : [ENDING, ending];
    if (name === undefined || line === undefined) return undefined;
    const next = line.calls[line.served++];
    // Behind the others, for its next turn.
    this.#lines.delete(name);
    if (line.served < line.calls.length) this.#lines.set(name, line);
    return next;
  }
}

/** The line of calls that end a load. */
export const ENDING = {};

const NOTHING = [undefined, undefined] as const;

function first(lines: ReadonlyMap<object, Line>): readonly [object, Line] | typeof NOTHING {
  for (const entry of lines) return entry;
  return NOTHING;
}
