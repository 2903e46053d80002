import type { Clock } from '../clock.js';

/** Runs something when the event loop has looked for messages; `setImmediate`, or a test's. */
export type OnNextTurn = (run: () => void) => void;

// Taken at once, so that a runner's fake timers cannot take it away.
const afterThisTurn: OnNextTurn = setImmediate;

/**
 * Knows how long ago this process has looked for messages. Copies are read at once, but the message
 * that one is gone waits in its socket until the event loop comes round: a process that computes,
 * collects garbage or is not given the processor would serve for so long what others know to be
 * removed.
 *
 * Between two checks for immediates lies a whole poll of all sockets, so what had arrived before the
 * first has been handled at the second. Costs one immediate in each turn in which somebody asks.
 */
export class EventLoopMonitor {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #onNextTurn: OnNextTurn;
  /** Whatever had arrived by then has been handled. */
  #handledUpTo = -Infinity;
  #checkedAt = -Infinity;
  #watching = false;
  #asked = false;
  #draining: Promise<void> | undefined;

  constructor(clock: Clock, withinMs: number, onNextTurn = afterThisTurn) {
    this.#clock = clock;
    this.#withinMs = withinMs;
    this.#onNextTurn = onNextTurn;
  }

  /** Whether everything has been handled that arrived longer ago than the time given. */
  get recent(): boolean {
    this.#asked = true;
    if (!this.#watching) {
      this.#watching = true;
      this.#onNextTurn(this.#check);
    }
    return this.#clock.now() - this.#handledUpTo <= this.#withinMs;
  }

  /** Resolves when everything has been handled that had arrived when it was called. */
  drained(): Promise<void> {
    // Called while sockets are read, some may have been looked at before: the next check proves
    // nothing, and the one behind it does. Who calls until then may wait for the same one.
    this.#draining ??= new Promise((resolve) => {
      this.#onNextTurn(() => {
        this.#draining = undefined;
        this.#onNextTurn(resolve);
      });
    });
    return this.#draining;
  }

  readonly #check = (): void => {
    // However long ago that check was, all sockets have been polled since.
    this.#handledUpTo = this.#checkedAt;
    this.#checkedAt = this.#clock.now();
    this.#watching = this.#asked;
    this.#asked = false;
    if (this.#watching) this.#onNextTurn(this.#check);
  };
}
