import type { Clock } from './clock.js';

/** How many kinds are remembered, and for how long. */
export interface EpisodeTerms {
  /** Maximum number of kinds. Default 64. */
  readonly most?: number;
  /**
   * An episode ends when its kind was not seen for this many milliseconds. Default: only by `end`.
   */
  readonly episode?: { readonly clock: Clock; readonly ms: number };
}

/**
 * Episodes of conditions that last for a time, such as an outage, so that their beginning is
 * reported once, and again after they ended. Kinds depend on what requests and servers send, so
 * their number is bounded.
 */
export class Episodes {
  /** When each kind was last seen, the oldest first. */
  readonly #seen = new Map<string, number>();
  readonly #most: number;

  constructor(private readonly terms: EpisodeTerms = {}) {
    this.#most = terms.most ?? 64;
  }

  /** Notes that a condition holds; `true` if an episode begins with it and is within the bound. */
  begin(kind = ''): boolean {
    const { episode } = this.terms;
    const now = episode?.clock.now() ?? 0;
    this.#forgetBefore(now - (episode?.ms ?? Infinity));
    const lasts = this.#seen.delete(kind);
    if (!lasts && this.full) return false;
    this.#seen.set(kind, now);
    return !lasts;
  }

  /** Ends the episode of a kind; `true` if there was one. */
  end(kind = ''): boolean {
    return this.#seen.delete(kind);
  }

  /** Whether episodes of further kinds are not noticed. */
  protected get full(): boolean {
    return this.#seen.size >= this.#most;
  }

  #forgetBefore(time: number): void {
    for (const [kind, seen] of this.#seen) {
      if (seen > time) return;
      this.#seen.delete(kind);
    }
  }
}

/** Warns once per episode; the warning that reaches the bound states that it is the last one. */
export class WarnOnce extends Episodes {
  constructor(
    private readonly write: (message: string) => void,
    terms?: EpisodeTerms,
  ) {
    super(terms);
  }

  /** Logs the message if an episode of this kind begins. */
  warn(kind: string, message: string): void {
    if (!this.begin(kind)) return;
    this.write(this.full ? `${message} No further kinds of this are reported.` : message);
  }
}
