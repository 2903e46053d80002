import type { Clock } from './clock.js';

/** How many kinds are remembered, and for how long. */
export interface WarnOnceTerms {
  /** Maximum number of kinds. Default 64. */
  readonly most?: number;
  /**
   * An episode ends when its kind was not seen for this many milliseconds. Default: only by `end`.
   */
  readonly episode?: { readonly clock: Clock; readonly ms: number };
}

/**
 * Warns once about each kind of trouble per episode.
 *
 * Kinds depend on what requests and servers send, so their number is bounded: the warning that
 * reaches the bound states that it is the last one.
 */
export class WarnOnce {
  /** When each kind was last seen, the oldest first. */
  readonly #seen = new Map<string, number>();

  constructor(
    private readonly write: (message: string) => void,
    private readonly terms: WarnOnceTerms = {},
  ) {}

  /** Logs the message, unless this kind was already reported. */
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

  /** Ends the episode of a kind: `true` if there was one. */
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
