import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { CACHED_VIEWS } from '../apps/api/src/cache-invalidation/cached-views.js';
import { cachingTable } from './docs/caching-table.js';
import { cachingPage, readPage, withTable } from './docs/generated-page.js';

const source = fileURLToPath(new URL('../apps/api/src', import.meta.url));

async function sources(): Promise<Map<string, string>> {
  const names = await readdir(source, { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  return new Map(
    await Promise.all(
      files.map(async (name): Promise<[string, string]> => [
        name,
        await readFile(join(source, name), 'utf8'),
      ]),
    ),
  );
}

describe('docs/caching.md', () => {
  it('docs/caching.md has the table that the code makes (npm run docs:caching renews it)', async () => {
    const page = await readPage(cachingPage);
    expect(page).toBe(withTable(cachingPage, page, cachingTable()));
  });

  it('docs/caching.md is found out of step when a lifetime, a key or the table of invalidations changes', async () => {
    const page = await readPage(cachingPage);
    const [view] = CACHED_VIEWS;
    if (view === undefined) throw new Error('nothing is cached');
    for (const changed of [
      { ...view, ttl: 60 },
      { ...view, key: (...ids: number[]) => `statistics:${ids.join(':')}` },
    ]) {
      expect(withTable(cachingPage, page, cachingTable([changed]))).not.toBe(page);
    }
    expect(cachingTable([{ ...view, key: (id = 0) => `elsewhere:${id}` }])).toContain(
      'nothing but its TTL',
    );
  });

  it('docs/caching.md lists the views of every folder that reads through the cache', async () => {
    const files = [...(await sources())];
    const reading = files
      .filter(([, text]) => /\bCacheAside[<(]|\.getOrSet(Entry|Many)?[<(]/.test(text))
      .map(([name]) => dirname(name));
    const declaring = files
      .filter(([name, text]) => name.endsWith('.cache.ts') && /export const \w+_VIEW = /.test(text))
      .map(([name]) => dirname(name));
    expect(new Set(declaring)).toEqual(new Set(reading));
    const declared = files.flatMap(([name, text]) =>
      name.endsWith('.cache.ts') ? [...text.matchAll(/export const (\w+_VIEW) = /g)] : [],
    );
    expect(CACHED_VIEWS).toHaveLength(declared.length);
  });
});
