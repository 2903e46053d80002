/** Between the announcement of a process and its first service from its own memory. */
export const NOTICE_MS = 400;

/**
 * Detects whether this is the only instance, by a count of announced processes. Every instance announces
 * itself `noticeMs` before it first serves, so a count of one holds for that long. An instance that is
 * gone may linger, so the proof takes that long of counting without a gap.
 */
export class SoleInstance {
  #since: number | undefined;
  #last = -Infinity;

  constructor(private readonly noticeMs: number) {}

  /** A count that was asked for at `sentAt`. */
  note(sentAt: number, processes: number): void {
    if (processes !== 1) this.#since = undefined;
    else if (this.#since === undefined || sentAt >= this.#last + this.noticeMs)
      this.#since = sentAt;
    this.#last = sentAt;
  }

  /** The announcement is gone: others may count themselves alone. */
  lose(): void {
    this.#since = undefined;
  }

  /** @param lingerMs how long a process that is gone may still have served */
  isProven(now: number, lingerMs: number): boolean {
    if (this.#since === undefined || now >= this.#last + this.noticeMs) return false;
    return this.#last >= this.#since + lingerMs;
  }
}
