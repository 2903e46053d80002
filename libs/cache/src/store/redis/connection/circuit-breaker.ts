import type { Clock } from '../../../clock.js';
import { Episodes } from '../../../episodes.js';

/** Closed: calls are sent. Open: calls are rejected. Half-open: only one probe is sent. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** Collaborators of a breaker. */
export interface CircuitParts {
  readonly clock: Clock;
  /** Probes the store; resolves with whether it answered within the deadline. */
  readonly probe: () => Promise<boolean>;
  /** Called once per outage, including one at the start. */
  readonly onOpen: (reason: string) => void;
  /** Called once per recovery, including the first connection. */
  readonly onClose: () => void;
  /** A number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/** Unanswered calls in a row after which the store counts as unavailable. */
const TIMEOUTS_TO_OPEN = 3;
/** Pause before the first probe, in milliseconds; it doubles with every failed probe … */
const FIRST_PAUSE_MS = 50;
/** … up to this, so that a recovered store is used again within a second. */
const LONGEST_PAUSE_MS = 250;

/**
 * Decides whether calls are sent to the store (M. Nygard, *Release It!*, "Circuit Breaker"). It
 * opens at once on a lost connection and after three unanswered calls in a row, so that an outage
 * costs a few callers one deadline and the others nothing. When open, it sends a single probe after
 * a pause with backoff and jitter, and closes when the probe is answered promptly.
 *
 * It starts open: before the first answer no call is sent, and no outage is reported.
 */
export class CircuitBreaker {
  readonly #parts: CircuitParts;
  readonly #random: () => number;
  #state: CircuitState = 'open';
  readonly #outages = new Episodes();
  #reason: string | undefined;
  #timeouts = 0;
  #timesOpened = 0;
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

  /** How often it has opened after it was closed. */
  get timesOpened(): number {
    return this.#timesOpened;
  }

  /** Why it opened last; `undefined` while it is closed. */
  get reason(): string | undefined {
    return this.#state === 'closed' ? undefined : this.#reason;
  }

  /** Starts probing. */
  start(): void {
    this.#stopped = false;
    if (this.#state === 'open') this.#pauseThenProbe();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPause?.();
  }

  /** Records an answered call, including an error reply. */
  answered(): void {
    this.#timeouts = 0;
  }

  /** Records a call that was not answered in time. */
  timedOut(): void {
    if (++this.#timeouts >= TIMEOUTS_TO_OPEN) this.trip('it does not answer in time');
  }

  /** Opens at once: the connection is lost or was never established. */
  trip(reason: string): void {
    this.#reason = reason;
    if (this.#outages.begin()) this.#parts.onOpen(reason);
    if (this.#state !== 'closed') return;
    this.#state = 'open';
    this.#timesOpened++;
    this.#inVain = 0;
    this.#pauseThenProbe();
  }

  /** Probes now instead of after the pause, for example on a new connection. */
  probeNow(): void {
    if (this.#state === 'half-open') this.#probeAgain = true;
    else if (this.#state === 'open') void this.#probe();
  }

  #pauseThenProbe(): void {
    if (this.#stopped) return;
    this.#cancelPause?.();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#inVain);
    // Half of the pause is random, so that processes that lost the store together do not all return
    // at the same moment.
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
    this.#outages.end();
    this.#parts.onClose();
  }
}
