import { AsyncResource } from 'node:async_hooks';

/** After so long with a waiting statement and without any answer, the server is probed. */
const QUIET_MS = 500;
/** How long the probe may take, connecting and logging in included. */
export const PROBE_TIMEOUT_MS = 1_000;
/** Between two probes of a silent server. */
const PAUSE_MS = 250;

export interface ServerWatchParts {
  /** One sign of life, within `PROBE_TIMEOUT_MS`; rejects without one. */
  readonly probe: () => Promise<unknown>;
  /** Once per outage: waiting callers have to be answered now. */
  readonly onSilent: (reason: Error) => void;
  /** Once per recovery. */
  readonly onBack: () => void;
}

/**
 * Distinguishes a server that is frozen or cut off from one that works on a slow statement, in 1.5 s
 * instead of the statement's own five: while a statement waits and no other is answered, a probe runs
 * on a connection of its own. An answer leaves the statement its time; none opens the circuit
 * (M. Nygard, *Release It!*), and further probes close it.
 */
export class ServerWatch {
  readonly #parts: ServerWatchParts;
  /** Outside of every request, so that no line is logged under the request that started a timer. */
  readonly #outside = new AsyncResource('ServerWatch');
  /** When each of the waiting statements was sent, the oldest first. */
  readonly #waiting = new Set<{ readonly since: number }>();
  #lastAnswer = 0;
  #timer: NodeJS.Timeout | undefined;
  #silence: Error | undefined;
  #stopped = false;

  constructor(parts: ServerWatchParts) {
    this.#parts = parts;
  }

  /** Why nothing is to be sent at present; `undefined` while the server answers. */
  get silence(): Error | undefined {
    return this.#silence;
  }

  /** Notes that a statement waits for the server; the returned function, that the wait is over. */
  waits(): () => void {
    const entry = { since: performance.now() };
    this.#waiting.add(entry);
    if (this.#timer === undefined) this.#checkIn(QUIET_MS);
    return () => this.#waiting.delete(entry);
  }

  /** The server answered, be it with an error. */
  answered(): void {
    this.#lastAnswer = performance.now();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #checkIn(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.#outside.runInAsyncScope(() => this.#check());
    }, ms);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const [oldest] = this.#waiting;
    if (this.#silence === undefined) {
      if (oldest === undefined) {
        this.#timer = undefined;
        return;
      }
      const quietFor = performance.now() - Math.max(oldest.since, this.#lastAnswer);
      if (quietFor < QUIET_MS) {
        this.#checkIn(QUIET_MS - quietFor);
        return;
      }
    }
    const askedAt = performance.now();
    const silence = await this.#parts.probe().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    if (this.#stopped) return;
    if (silence === undefined) this.answered();
    this.#judge(this.#lastAnswer >= askedAt ? undefined : silence);
    this.#checkIn(this.#silence === undefined ? QUIET_MS : PAUSE_MS);
  }

  #judge(silence: Error | undefined): void {
    const before = this.#silence;
    this.#silence = silence && (before ?? silence);
    if (before === undefined && silence !== undefined) this.#parts.onSilent(silence);
    if (before !== undefined && silence === undefined) this.#parts.onBack();
  }
}
