import { Injectable } from '@nestjs/common';
import type { DomainEvent } from '../events/domain-events.js';
import { CACHED_VIEWS } from './cached-views.js';
import { knownStalePatterns } from './invalidation.map.js';
import { viewOf, type KeyView } from './key-view.js';

/** Names of the cached views. */
export const VIEW_NAMES: readonly string[] = CACHED_VIEWS.map(({ title }) => title);

/** What `INVALIDATION_MAP` and the cached views say, for what explains the cache. */
@Injectable()
export class StaleKeysService {
  /** The patterns that an event of the log made stale; none for one of another version. */
  patternsOf(name: string, data: unknown): readonly string[] {
    try {
      return knownStalePatterns({ name, data } as DomainEvent) ?? []; // its own come back as they were
    } catch {
      // Under a name that is known, with other data.
      return [];
    }
  }

  /** The cached view that has keys like this one. */
  viewOf(key: string): KeyView | null {
    return viewOf(key);
  }
}
