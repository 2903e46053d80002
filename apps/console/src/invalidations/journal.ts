import { get, type Answer } from '../api/api.js';
import { Feed } from '../api/feed.js';

export type Entry = Answer<'/api/v1/cache/journal'>['items'][number];

/** What the journal is asked for. */
export interface Filters {
  readonly kind: string | undefined;
  readonly cause: string | undefined;
  readonly pattern: string | undefined;
}

const PAGE = 100;

/** The entries of the journal that pass some filters. */
export const journalFeed = (filters: Filters): Feed<Entry> =>
  new Feed((after, signal) => {
    const query = Object.fromEntries(
      Object.entries({ ...filters, after, limit: PAGE }).filter(([, value]) => value !== undefined),
    );
    return get('/api/v1/cache/journal', { query, signal });
  });
