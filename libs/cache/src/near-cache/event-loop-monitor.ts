import type { Clock } from '../clock.js';

/**
 * Runs a callback after the event loop has polled its sockets: `setImmediate`, or a test's
 * function.
 */
export type OnNextTurn = (run: () => void) => void;

// Captured at import, before a test runner can install fake timers.
const afterThisTurn: OnNextTurn = setImmediate;

/**
 * Knows how long ago this process polled for messages. Copies are read synchronously, but the
 * message that invalidates one waits in its socket for the event loop: a process that computes,
 * collects garbage or gets no CPU time would meanwhile serve removed values.
 *
 * Between two immediates the event loop polls all sockets, so messages that arrived before the
 * first are handled at the second. Cost: one immediate per event loop turn in which it is used.
 */
export class EventLoopMonitor {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #onNextTurn: OnNextTurn;
  /** Messages that arrived before this time have been handled. */
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

  /** Whether all messages that arrived longer ago than the allowed lag have been handled. */
  get recent(): boolean {
    this.#asked = true;
    if (!this.#watching) {
      this.#watching = true;
      this.#onNextTurn(this.#check);
    }
    return this.#clock.now() - this.#handledUpTo <= this.#withinMs;
  }

  /** Resolves when all messages that had arrived at the time of the call have been handled. */
  drained(): Promise<void> {
    // When called during a poll, some sockets may already have been read: the next immediate proves
    // nothing, the one after it does. Callers until then share the same wait.
    this.#draining ??= new Promise((resolve) => {
      this.#onNextTurn(() => {
        this.#draining = undefined;
        this.#onNextTurn(resolve);
      });
    });
    return this.#draining;
  }

  readonly #check = (): void => {
    // All sockets have been polled since that immediate.
    this.#handledUpTo = this.#checkedAt;
    this.#checkedAt = this.#clock.now();
    this.#watching = this.#asked;
    this.#asked = false;
    if (this.#watching) this.#onNextTurn(this.#check);
  };
}
