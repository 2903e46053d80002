import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { until } from '../support/fixtures.js';
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';

const KEY = 'stats:user:2:days:30';
const LOCAL = { ttl: 300, local: 60 };
const REMOVER = fileURLToPath(new URL('remover.main.ts', import.meta.url));
const TOOLS = new URL('../../../../tools/typescript.mjs', import.meta.url).href;

describe('A process whose event loop is blocked while another removes', () => {
  let server: RedisServer;
  let cache: CacheEngine;
  beforeEach(async () => {
    server = await startRedis();
    // Its right to serve copies must not run out meanwhile, or nothing would be shown.
    const local = { staleBoundMs: 60_000 };
    cache = createCache(
      { prefix: 'gad:', redis: { url: server.url }, local, deadlineMs: 5_000 },
      silentLog,
    );
    await cache.open();
    await until(() => performance.now() < (cache.store.coherence?.freshUntil ?? 0));
  });
  afterEach(async () => {
    await cache.close();
    await server.stop();
  });

  const hits = (): number => cache.counts().copies?.hits ?? 0;

  async function copied(value: string): Promise<void> {
    const before = hits();
    while (hits() === before) await cache.getOrSet(KEY, () => value, LOCAL);
  }

  /** Nothing that arrives meanwhile is looked at. */
  function removeElsewhere(): void {
    const { status } = spawnSync(process.execPath, ['--import', TOOLS, REMOVER, server.url, KEY]);
    expect(status).toBe(0);
  }

  it.each([
    ['a value', () => cache.getOrSet(KEY, () => 'new', LOCAL)],
    ['an entry', async () => (await cache.getOrSetEntry(KEY, () => 'new', LOCAL)).value],
  ])(
    'a blocked process does not serve the copy before it has read its messages: %s',
    async (_, read) => {
      await copied('old');
      const before = hits();
      removeElsewhere();
      expect(cache.counts().copies).toMatchObject({ entries: 1 });
      expect(await read()).toBe('new');
      expect(hits()).toBe(before);
    },
  );

  it('a blocked process serves the copy when nothing was removed', async () => {
    await copied('old');
    const begin = performance.now();
    while (performance.now() - begin < 20);
    expect(await cache.getOrSet(KEY, () => 'new', LOCAL)).toBe('old');
  });
});
