import type { Clock } from '../../../clock.js';

/** Closed: ask. Open: do not. Half-open: one probe is on its way, no other call is sent. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** What a breaker is made of. */
export interface CircuitParts {
  readonly clock: Clock;
  /** Asks the store for one sign of life; resolves with whether it came as promptly as needed. */
  readonly probe: () => Promise<boolean>;
  /** Once per outage, one at the start included. */
  readonly onOpen: (reason: string) => void;
  /** Once per recovery, the first connection included. */
  readonly onClose: () => void;
  /** A number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Unanswered calls in a row after which the store counts as unavailable. */
const TIMEOUTS_TO_OPEN = 3;
/** Between an opening and its first probe; it doubles with every probe in vain … */
const FIRST_PAUSE_MS = 50;
/** … up to this, so that a store that is back is in use well within a second. */
const LONGEST_PAUSE_MS = 250;

/**
 * Whether it is worth asking the store (M. Nygard, *Release It!*, "Circuit Breaker"). It opens at
 * once on a lost connection and after three unanswered calls in a row, so that an outage costs a
 * few callers one deadline and the others nothing. Open, it lets a single probe through after a
 * pause with backoff and jitter, and closes when that is answered promptly.
 *
 * It begins open: before the first answer no call is sent, and nothing has been announced either.
 */
export class CircuitBreaker {
  readonly #parts: CircuitParts;
  readonly #random: () => number;
  #state: CircuitState = 'open';
  #announced: 'nothing' | 'away' | 'here' = 'nothing';
  #timeouts = 0;
  #inVain = 0;
  #cancelPause: (() => void) | undefined;
  #probeAgain = false;
  #stopped = true;

  constructor(parts: CircuitParts) {
    this.#parts = parts;
    this.#random = parts.random ?? Math.random;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** Begins to probe. */
  start(): void {
    this.#stopped = false;
    if (this.#state === 'open') this.#pauseThenProbe();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPause?.();
  }

  /** A call was answered, be it with a refusal. */
  answered(): void {
    this.#timeouts = 0;
  }

  /** A call was not answered in time. */
  timedOut(): void {
    if (++this.#timeouts >= TIMEOUTS_TO_OPEN) this.trip('it does not answer in time');
  }

  /** Opens at once: the connection is known to be lost, or never came about. */
  trip(reason: string): void {
    if (this.#announced !== 'away') {
      this.#announced = 'away';
      this.#parts.onOpen(reason);
    }
    if (this.#state !== 'closed') return;
    this.#state = 'open';
    this.#inVain = 0;
    this.#pauseThenProbe();
  }

  /** Something changed for the better (a new connection): probe now instead of after the pause. */
  probeNow(): void {
    if (this.#state === 'half-open') this.#probeAgain = true;
    else if (this.#state === 'open') void this.#probe();
  }

  #pauseThenProbe(): void {
    if (this.#stopped) return;
    this.#cancelPause?.();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#inVain);
    // Half of the pause is fixed and half is chance: processes that lost the store together do not
    // all come back in the same moment.
    this.#cancelPause = this.#parts.clock.after(pause * (0.5 + this.#random() / 2), () => {
      void this.#probe();
    });
  }

  async #probe(): Promise<void> {
    if (this.#stopped) return;
    this.#cancelPause?.();
    this.#state = 'half-open';
    this.#probeAgain = false;
    const prompt = await this.#parts.probe().catch(() => false);
    if (this.#stopped) return;
    if (prompt) {
      this.#close();
      return;
    }
    this.#state = 'open';
    this.#inVain++;
    if (this.#probeAgain) void this.#probe();
    else this.#pauseThenProbe();
  }

  #close(): void {
    this.#state = 'closed';
    this.#timeouts = 0;
    this.#inVain = 0;
    this.#announced = 'here';
    this.#parts.onClose();
  }
}
