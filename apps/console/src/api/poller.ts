/** What is known of something that is asked for again and again. */
export interface Live<T> {
  /** The last answer, kept while there is no newer one. */
  readonly data: T | undefined;
  /** When it came, in milliseconds of this browser's clock. */
  readonly at: number | undefined;
  /** Why there is none since. */
  readonly error: unknown;
}

const MAX_BACKOFF_MS = 15_000;

/**
 * Asks again and again: the next request after the answer and the pause, one at a time, none while
 * the page is hidden, and with longer pauses and jitter after failures.
 */
export class Poller<T> {
  #state: Live<T> = { data: undefined, at: undefined, error: undefined };
  #ended = new AbortController();
  #wake: (() => void) | undefined;
  #isDue = false;

  /**
   * @param load one request, or several after each other
   * @param everyMs pause between an answer and the next request; undefined asks once
   * @param changed is called with each new state
   */
  constructor(
    private readonly load: (signal: AbortSignal) => Promise<T>,
    private readonly everyMs: number | undefined,
    private readonly changed: (state: Live<T>) => void,
  ) {}

  start(): void {
    document.addEventListener('visibilitychange', this.#onVisible);
    void this.#run(this.#ended.signal);
  }

  /** No request is under way and none follows. */
  stop(): void {
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#ended.abort();
    this.#wake?.();
  }

  /** Asks now, or right after the request under way. */
  refresh(): void {
    this.#isDue = true;
    this.#wake?.();
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      while (document.hidden && !isAborted(signal)) await this.#sleep(undefined);
      if (isAborted(signal)) return;
      this.#isDue = false;
      const isAnswered = await this.#ask(signal);
      failures = isAnswered ? 0 : failures + 1;
      const pause = isAnswered ? this.everyMs : backoff(failures);
      if (!this.#isDue && !isAborted(signal)) await this.#sleep(pause);
    }
  }

  async #ask(signal: AbortSignal): Promise<boolean> {
    try {
      const data = await this.load(signal);
      if (!signal.aborted) this.#become({ data, at: Date.now(), error: undefined });
      return true;
    } catch (error) {
      if (!signal.aborted) this.#become({ ...this.#state, error });
      return false;
    }
  }

  #become(state: Live<T>): void {
    this.#state = state;
    this.changed(state);
  }

  /** @param ms without it until woken up */
  async #sleep(ms: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  readonly #onVisible = (): void => {
    if (!document.hidden) this.#wake?.();
  };
}

/** Read anew after each wait: aborting happens meanwhile. */
const isAborted = ({ aborted }: AbortSignal): boolean => aborted;

/** One second and twice as much with each failure, a random part of half of it less. */
function backoff(failures: number): number {
  const full = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** (failures - 1));
  return full * (1 - Math.random() / 2);
}
