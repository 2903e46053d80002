import type { Clock } from './clock.js';

/** How much is remembered, and for how long. */
export interface WarnOnceTerms {
  /** Kinds of trouble at most. Default 64. */
  readonly most?: number;
  /** Trouble that was not seen for so many milliseconds is over. Default: it never is by itself. */
  readonly episode?: { readonly clock: Clock; readonly ms: number };
}

/**
 * Warns once about each kind of trouble, for as long as it lasts.
 *
 * Kinds are named by what requests and servers send, so they are bounded: the warning that fills
 * the memory says that it is the last one.
 */
export class WarnOnce {
  /** When each was last seen, the longest ago first. */
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly write: (message: string) => void,
    private readonly terms: WarnOnceTerms = {},
  ) {}

  /** Writes the message, unless this kind of trouble is known. */
  warn(kind: string, message: string): void {
    const { most = 64, episode } = this.terms;
    const now = episode?.clock.now() ?? 0;
    this.#forgetBefore(now - (episode?.ms ?? Infinity));
    const isKnown = this.#seen.delete(kind);
    if (!isKnown && this.#seen.size >= most) return;
    this.#seen.set(kind, now);
    if (isKnown) return;
    const isLast = this.#seen.size === most;
    this.write(isLast ? `${message} No further kinds of this are reported.` : message);
  }

  /** The trouble has ended: `true` if there was any. */
  end(kind: string): boolean {
    return this.#seen.delete(kind);
  }

  #forgetBefore(time: number): void {
    for (const [kind, seen] of this.#seen) {
      if (seen > time) return;
      this.#seen.delete(kind);
    }
  }
}
