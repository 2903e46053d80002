import { markOf, type KeySelection } from '../../keys/key-selection.js';

/** As many as the Redis store keeps. Without a mark the relay removes once more. */
const MAX_MARKS = 10_000;

/**
 * Which selections were removed from this store after the commit of which writes; the oldest marks
 * are dropped first.
 */
export class MemoryMarks {
  readonly #marks = new Set<string>();

  add(selection: KeySelection, position: string): void {
    this.#marks.add(markOf(selection, position));
    if (this.#marks.size <= MAX_MARKS) return;
    const [oldest = ''] = this.#marks;
    this.#marks.delete(oldest);
  }

  /** Whether the store has the mark of each position. */
  has(selection: KeySelection, positions: readonly string[]): boolean {
    return positions.every((position) => this.#marks.has(markOf(selection, position)));
  }
}
