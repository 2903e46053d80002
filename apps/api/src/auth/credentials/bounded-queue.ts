/** Runs tasks a few at a time; the others wait in the order of their arrival, up to a bound. */
export class BoundedQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * @param concurrency how many tasks run at a time
   * @param maxWaiting how many may wait beside them
   * @param rest how long a place stays empty after a task that took so many milliseconds; default: not
   */
  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting: number,
    private readonly rest: (tookMs: number) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Whether a task that came now would be taken. */
  get hasRoom(): boolean {
    return this.running < this.concurrency || this.waiting.length < this.maxWaiting;
  }

  /** Runs the task in its turn; `undefined` at once when there is no room for it. */
  run<T>(task: () => Promise<T>): Promise<T> | undefined {
    return this.hasRoom ? this.inTurn(task) : undefined;
  }

  private async inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.concurrency) this.running += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    const began = performance.now();
    try {
      return await task();
    } finally {
      void this.rest(performance.now() - began).then(() => {
        // The place is handed on, so that nothing that comes meanwhile passes those that wait.
        const next = this.waiting.shift();
        if (next) next();
        else this.running -= 1;
      });
    }
  }
}
