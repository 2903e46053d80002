import { AsyncResource } from 'node:async_hooks';

/** Somebody waits and nothing at all has been answered for so long: ask whether anybody is there. */
const QUIET_MS = 500;
/** How long that answer may take; connecting and logging in included. */
export const PROBE_TIMEOUT_MS = 1_000;
/** Between two probes of a server that is away. */
const PAUSE_MS = 250;

export interface ServerWatchParts {
  /** One sign of life, within `PROBE_TIMEOUT_MS`; rejects without one. */
  readonly probe: () => Promise<unknown>;
  /** Once per outage: whoever waits has to be answered now. */
  readonly onSilent: (reason: Error) => void;
  /** Once per recovery. */
  readonly onBack: () => void;
}

/**
 * Tells a server that is frozen or cut off from one that works on a slow statement, in 1.5 s
 * instead of the statement's own five: while a statement waits and no other is answered, a probe
 * on a connection of its own asks. An answer leaves the statement its time; none opens the circuit
 * (M. Nygard, *Release It!*), and further probes close it.
 */
export class ServerWatch {
  readonly #parts: ServerWatchParts;
  /** Nobody's request: the one that happens to start a timer must not be the one that is logged. */
  readonly #outside = new AsyncResource('ServerWatch');
  /** When each of the waiting statements was sent, the oldest first. */
  readonly #waiting = new Set<{ readonly since: number }>();
  #lastHeard = 0;
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

  /** Notes that somebody waits for the server; the returned function, that the wait is over. */
  waits(): () => void {
    const entry = { since: performance.now() };
    this.#waiting.add(entry);
    if (this.#timer === undefined) this.#checkIn(QUIET_MS);
    return () => this.#waiting.delete(entry);
  }

  /** The server answered, be it with an error. */
  heard(): void {
    this.#lastHeard = performance.now();
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
      const quietFor = performance.now() - Math.max(oldest.since, this.#lastHeard);
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
    if (silence === undefined) this.heard();
    this.#judge(this.#lastHeard >= askedAt ? undefined : silence);
    this.#checkIn(this.#silence === undefined ? QUIET_MS : PAUSE_MS);
  }

  #judge(silence: Error | undefined): void {
    const before = this.#silence;
    this.#silence = silence && (before ?? silence);
    if (before === undefined && silence !== undefined) this.#parts.onSilent(silence);
    if (before !== undefined && silence === undefined) this.#parts.onBack();
  }
}
