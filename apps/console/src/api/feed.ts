interface FeedPage<E> {
  readonly items: readonly E[];
  readonly next_cursor: string | null;
}

/** Entries that a page keeps at most; the journal has as many. */
const MOST = 10_000;

/**
 * A list that grows at its front, as far as it was read: the newest first, new ones put before and
 * older ones behind, each once. What is read again is replaced.
 */
export class Feed<E extends { readonly id: string | number }> {
  #entries: readonly E[] = [];
  /** Where the older ones begin; null: there are none. */
  #older: string | null | undefined;

  /** @param load the page behind a cursor; the first without one */
  constructor(
    private readonly load: (after: string | undefined, signal: AbortSignal) => Promise<FeedPage<E>>,
  ) {}

  get entries(): readonly E[] {
    return this.#entries;
  }

  /** Whether there are older ones to be read. */
  get hasMore(): boolean {
    return this.#older !== null && this.#entries.length < MOST;
  }

  /** Reads what is new: pages until one meets what is known, which is usually the first. */
  async readNew(signal: AbortSignal): Promise<readonly E[]> {
    const newest = this.#entries[0]?.id;
    if (newest === undefined) return this.#begin(signal);
    const found: E[] = [];
    let after: string | null = null;
    let met: number;
    do {
      const page: FeedPage<E> = await this.load(after ?? undefined, signal);
      found.push(...page.items);
      met = found.findIndex(({ id }) => id === newest);
      after = page.next_cursor;
    } while (met < 0 && after !== null && found.length < MOST);
    // From where they meet on, both have the same.
    const known = met < 0 ? 0 : found.length - met;
    return (this.#entries = [...found, ...this.#entries.slice(known)].slice(0, MOST));
  }

  /** Reads the page behind the oldest. */
  async readOlder(signal: AbortSignal): Promise<readonly E[]> {
    if (!this.hasMore) return this.#entries;
    const page = await this.load(this.#older ?? undefined, signal);
    this.#older = page.next_cursor;
    return (this.#entries = [...this.#entries, ...page.items].slice(0, MOST));
  }

  /** Reads the first page that has an entry. A page that looks in vain at many is empty. */
  async #begin(signal: AbortSignal): Promise<readonly E[]> {
    const isFirst = this.#older === undefined;
    const page = await this.load(undefined, signal);
    this.#entries = page.items;
    // What is known to have nothing is not looked through again.
    if (isFirst || page.items.length > 0) this.#older = page.next_cursor;
    while (isFirst && this.#entries.length === 0 && this.hasMore) await this.readOlder(signal);
    return this.#entries;
  }
}
