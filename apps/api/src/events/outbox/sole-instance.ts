/** Between the announcement of a process and its first service from its own memory. */
export const NOTICE_MS = 400;

/**
 * Whether this process is the only one, by a count of processes that each announces itself in
 * before it begins. Everybody who begins waits `noticeMs` between its announcement and its first
 * service, so whoever has counted himself alone is alone for that long; and whoever has gone may
 * linger, so one is alone only after counting that long without a gap.
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
