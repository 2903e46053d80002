import type { Clock } from '../../clock.js';
import type { RefreshTurn } from '../cache-store.js';

interface Turn {
  readonly token: string;
  readonly resting: boolean;
  readonly expiresAt: number;
}

/** Whose turn it is to refresh which key, in one process. */
export class RefreshTurns {
  /** In the order in which they were taken, so that what ran out is found at the front. */
  readonly #turns = new Map<string, Turn>();

  constructor(private readonly clock: Clock) {}

  /** `undefined` when the turn was taken, else whose it is. */
  take(key: string, token: string, turnMs: number): RefreshTurn | undefined {
    const now = this.clock.now();
    const held = this.#turns.get(key);
    if (held !== undefined && held.expiresAt > now) {
      return { state: held.resting ? 'resting' : 'wait', forMs: held.expiresAt - now };
    }
    this.#forget(now);
    this.#set(key, { token, resting: false, expiresAt: now + turnMs });
    return undefined;
  }

  /** Ends one's own turn, and lets everybody rest for a while unless another has begun. */
  end(key: string, token: string, restMs: number): void {
    const now = this.clock.now();
    const held = this.#turns.get(key);
    const others = held !== undefined && held.token !== token && held.expiresAt > now;
    if (others) return;
    this.#turns.delete(key);
    if (restMs > 0) this.#set(key, { token, resting: true, expiresAt: now + restMs });
  }

  #set(key: string, turn: Turn): void {
    this.#turns.delete(key);
    this.#turns.set(key, turn);
  }

  #forget(now: number): void {
    for (const [key, { expiresAt }] of this.#turns) {
      if (expiresAt > now) return;
      this.#turns.delete(key);
    }
  }
}
