import type { Clock } from '../../clock.js';
import type { CursorStore, Sighting, Turn, TurnEnd } from '../cursor-store.js';

/** The relay's bookkeeping for a store that lives and dies with its process: nobody competes. */
export class MemoryCursors implements CursorStore {
  readonly shared = false;
  readonly longestTurnMs = 0;
  readonly generation = 0;
  #cursor: string | undefined;
  #beats = 0;

  constructor(private readonly clock: Clock) {}

  beginTurn(): Promise<Turn | undefined> {
    const startedAt = this.clock.now();
    return Promise.resolve({ cursor: this.#cursor, serial: '', generation: 0, startedAt });
  }

  endTurn(_turn: Turn, cursor: string): Promise<TurnEnd> {
    this.#cursor = cursor;
    this.#beats++;
    return Promise.resolve('beat');
  }

  resign(): Promise<void> {
    return Promise.resolve();
  }

  look(): Promise<Sighting> {
    const beat = this.#beats === 0 ? undefined : String(this.#beats);
    return Promise.resolve({ beat, cursor: this.#cursor, generation: 0, primaryForMs: Infinity });
  }
}
