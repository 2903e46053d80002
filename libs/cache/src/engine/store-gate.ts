import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { Recorder, StoreCall } from '../observe/recorder.js';

/** Concurrency limit: initial, minimum, maximum. */
const FIRST = 64;
const LEAST = 32;
const MOST = 500;
/** Share of the deadline by which concurrent calls may delay an answer. */
const CROWDING = 1 / 10;
const STEP = 1.25;

/** How often the gate of an unavailable store checks for its recovery, in milliseconds. */
const LOOK_MS = 10;

interface Waiting {
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/** Waiting calls of one request, in order. */
interface Line {
  readonly calls: Waiting[];
  served: number;
}

/** Collaborators and limits of a gate. */
export interface GateParts {
  readonly clock: Clock;
  /** Whether the store is used at present, so that calls are not rejected at once. */
  readonly asked: () => boolean;
  /** A clock that excludes time in which the process was too busy to read answers. */
  readonly time: Pick<Clock, 'now'>;
  readonly deadlineMs: number;
  /** Maximum milliseconds in the queue. */
  readonly queueMs: number;
  /** Records the latency of every answer. Default: none. */
  readonly recorder?: Pick<Recorder, 'called'> | undefined;
}

/**
 * The queue for store calls above the concurrency limit. A store that gets five thousand calls at
 * once answers the last of them late without being slow. Here they wait in the process; that time
 * counts neither as the store's nor against a deadline, and each call is answered as promptly as a
 * single one.
 *
 * The limit adapts to the latency of answers, as in TCP Vegas (Brakmo and Peterson, 1995): it rises
 * while all answers take hardly longer than the fastest one, as on a slow network, and falls when
 * they do, as with a busy server or process.
 *
 * Requests are served in turn, so that one with thousands of keys does not delay others; calls that
 * end a load go first, because other callers wait for them.
 */
export class StoreGate {
  readonly time: Pick<Clock, 'now'>;
  readonly #parts: GateParts;
  readonly #crowdedMs: number;
  readonly #lines = new Map<object, Line>();
  #open = FIRST;
  #inside = 0;
  #quickestMs = Infinity;
  /**
   * Until when the queue waits for the store to recover; `undefined` while it was last seen
   * available.
   */
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

  /** Current concurrency limit. */
  get width(): number {
    return this.#open;
  }

  /** Enters if the limit allows it; exactly one `leave` must follow then. */
  tryEnter(): boolean {
    if (this.#inside >= this.#open) return false;
    this.#inside++;
    return true;
  }

  /**
   * Enters at once (`undefined`) or when the limit allows it. Exactly one `leave` must follow.
   *
   * @param line the queue to join: a request, or `ENDING`
   * @throws CacheUnavailableError when it has waited too long; `leave` must not follow then
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

  /** Leaves the gate. @param tookMs latency of the answer; absent when no call was made */
  leave(tookMs?: number, call?: StoreCall): void {
    this.#inside--;
    // The minimum decays slowly, in case the network latency has increased.
    if (tookMs !== undefined) {
      if (call !== undefined) this.#parts.recorder?.called(call, tookMs);
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
        next.refuse(
          new CacheUnavailableError(
            'timeout',
            'The call waited too long in the queue for the store.',
          ),
        );
        continue;
      }
      this.#inside++;
      next.admit();
    }
  }

  /**
   * Whether the queue must wait because the store has just become unavailable. A short outage must
   * not turn thousands of queued calls into misses, so they wait for the first probe, at most one
   * deadline.
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
    // The calls inside complete in about the latency of one of them.
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
    // To the end of the order, for its next turn.
    this.#lines.delete(name);
    if (line.served < line.calls.length) this.#lines.set(name, line);
    return next;
  }
}

/** The queue of calls that end a load. */
export const ENDING = {};

const NOTHING = [undefined, undefined] as const;

function first(lines: ReadonlyMap<object, Line>): readonly [object, Line] | typeof NOTHING {
  for (const entry of lines) return entry;
  return NOTHING;
}
