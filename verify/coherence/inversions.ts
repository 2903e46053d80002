/** How many reads returned an older state than an earlier read, although neither was stale. */
export interface InversionCounts {
  /** The earlier read was any caller's. */
  readonly ofAnyCaller: number;
  /** The earlier read was the same session's: a session reads one after the other. */
  readonly ofOneSession: number;
}

/**
 * Counts new–old inversions: two reads of a row, the second begun after the first had ended, and the
 * second returned the older state. A regular register allows that while a write is in flight; an atomic
 * one does not (L. Lamport, "On interprocess communication", 1986).
 *
 * Two passes over a history: `note` every read, then `judge` those that are not stale, each session's
 * in their order. Memory: one number per state of a row, and one per session and row.
 */
export class Inversions {
  /** By row and state: when a read that returned it had first ended; microseconds. */
  readonly #firstEnds = new Map<number, Map<number, number>>();
  /** By session and row: the newest state that the session has seen. */
  readonly #newest = new Map<string, Map<number, number>>();
  #ofAnyCaller = 0;
  #ofOneSession = 0;

  get counts(): InversionCounts {
    return { ofAnyCaller: this.#ofAnyCaller, ofOneSession: this.#ofOneSession };
  }

  note(row: number, version: number, end: number): void {
    const ends = entryOf(this.#firstEnds, row);
    ends.set(version, Math.min(end, ends.get(version) ?? Infinity));
  }

  judge(session: string, row: number, version: number, begin: number): void {
    // A row has one writer, which waits for the acknowledgement: there is one newer state at most.
    const newerSeen = entryOf(this.#firstEnds, row).get(version + 1) ?? Infinity;
    if (newerSeen < begin) this.#ofAnyCaller++;
    const newest = entryOf(this.#newest, session);
    if (version < (newest.get(row) ?? version)) this.#ofOneSession++;
    newest.set(row, Math.max(version, newest.get(row) ?? version));
  }
}

function entryOf<K>(maps: Map<K, Map<number, number>>, key: K): Map<number, number> {
  const found = maps.get(key) ?? new Map<number, number>();
  maps.set(key, found);
  return found;
}
