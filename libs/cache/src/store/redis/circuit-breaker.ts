/** Timeouts in a row after which the store is taken for away. */
const TIMEOUTS_TO_OPEN = 3;

/**
 * Whether it is worth asking the store. Closed: yes. Open: reads and fills are answered "away" at
 * once, so that an outage costs a few callers one deadline and the others nothing. It closes when
 * a probe is answered; probing is the connection's business.
 *
 * The changes are announced once per episode, which is what keeps the log readable.
 */
export class CircuitBreaker {
  // Before the first answer nobody is asked, and nothing has been announced yet either.
  #state: 'new' | 'closed' | 'open' = 'new';
  #timeouts = 0;

  constructor(
    private readonly onOpen: (reason: string) => void,
    private readonly onClose: () => void,
  ) {}

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }

  /** An answer came, a refusal included. */
  answered(): void {
    this.#timeouts = 0;
  }

  timedOut(): void {
    if (++this.#timeouts >= TIMEOUTS_TO_OPEN) this.trip('it does not answer in time');
  }

  /** Opens at once, for a connection that is known to be lost. */
  trip(reason: string): void {
    if (this.#state === 'open') return;
    this.#state = 'open';
    this.onOpen(reason);
  }

  /** A probe was answered. */
  reset(): void {
    this.#timeouts = 0;
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.onClose();
  }
}
