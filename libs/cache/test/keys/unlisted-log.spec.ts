import { expect, it } from '@jest/globals';
import type { CacheLogger } from '@gad/cache/store';
import { manualEngine } from '../support/manual-engine.js';

it('hits, misses and fills of unlisted entries are counted and not logged', async () => {
  const lines: string[] = [];
  const log: CacheLogger = {
    operation: ({ message }) => lines.push(message),
    notice: () => undefined,
    warn: () => undefined,
  };
  const { cache } = manualEngine({ log });
  for (const key of ['~~hidden', 'listed']) {
    for (let each = 0; each < 2; each++) await cache.getOrSet(key, () => 1, { ttl: 60 });
  }
  expect(lines).toEqual(['Cache MISS: listed', 'Cache SET: listed (ttl=60)', 'Cache HIT: listed']);
  expect(cache.counts()).toMatchObject({ hits: 2, misses: 2, sets: 2 });
});
