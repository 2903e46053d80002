import { get, type Answer } from '../api/api.js';

type Page = Answer<'/api/v1/cache/journal'>;
export type Entry = Page['items'][number];

/** What the journal is asked for. */
export interface Filters {
  readonly kind: string | undefined;
  readonly cause: string | undefined;
  readonly pattern: string | undefined;
}

/** Entries that a page keeps at most; the journal has as many. */
const MOST = 10_000;
const PAGE = 100;

/**
 * The journal as far as it was read: the newest first, new ones put before and older ones behind, each
 * once.
 */
export class Feed {
  #entries: readonly Entry[] = [];
  /** Where the older ones begin; null: there are none. */
  #older: string | null | undefined;

  constructor(private readonly filters: Filters) {}

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Whether there are older ones to be read. */
  get hasMore(): boolean {
    return this.#older !== null && this.#entries.length < MOST;
  }

  /** Reads what is new: pages until one meets what is known. */
  async readNew(signal: AbortSignal): Promise<readonly Entry[]> {
    const newest = this.#entries[0]?.id;
    if (newest === undefined) return this.#begin(signal);
    const found: Entry[] = [];
    let after: string | null | undefined;
    do {
      const page = await this.#page(after, signal);
      found.push(...page.items.filter(({ id }) => isNewer(id, newest)));
      after = page.next_cursor;
    } while (after !== null && isNewer(after, newest) && found.length < MOST);
    if (found.length > 0) this.#entries = [...found, ...this.#entries].slice(0, MOST);
    return this.#entries;
  }

  /** Reads the page behind the oldest. */
  async readOlder(signal: AbortSignal): Promise<readonly Entry[]> {
    if (!this.hasMore) return this.#entries;
    const page = await this.#page(this.#older, signal);
    this.#older = page.next_cursor;
    return (this.#entries = [...this.#entries, ...page.items].slice(0, MOST));
  }

  /** Reads the first page that has an entry. A page that looks in vain at many is empty. */
  async #begin(signal: AbortSignal): Promise<readonly Entry[]> {
    const isFirst = this.#older === undefined;
    const page = await this.#page(undefined, signal);
    this.#entries = page.items;
    // What is known to have nothing is not looked through again.
    if (isFirst || page.items.length > 0) this.#older = page.next_cursor;
    while (isFirst && this.#entries.length === 0 && this.hasMore) await this.readOlder(signal);
    return this.#entries;
  }

  #page(after: string | null | undefined, signal: AbortSignal): Promise<Page> {
    const { kind, cause, pattern } = this.filters;
    const query = Object.fromEntries(
      Object.entries({ kind, cause, pattern, after, limit: PAGE }).filter(
        ([, value]) => value !== null && value !== undefined,
      ),
    );
    return get('/api/v1/cache/journal', { query, signal });
  }
}

/** Ids are `<milliseconds>-<number>`. */
function isNewer(id: string, than: string): boolean {
  const [time = 0, number = 0] = id.split('-').map(Number);
  const [otherTime = 0, otherNumber = 0] = than.split('-').map(Number);
  return time > otherTime || (time === otherTime && number > otherNumber);
}
