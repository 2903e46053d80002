import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { Inspection } from '../../../src/engine/inspection.js';
import { logInto, until } from '../../support/fixtures.js';
import { redisForTests } from '../../support/redis-server.js';

const OF_INFO = [
  ...['keyspace_hits', 'keyspace_misses', 'hit_rate', 'evicted_keys'],
  ...['uptime_seconds', 'used_memory', 'used_memory_bytes'],
];

/** Commands that managed and hardened servers withhold, and which figures go missing without them. */
const FORBIDDEN: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['info'], OF_INFO],
  [['config', 'memory', 'client', 'acl', 'keys'], []],
  [['dbsize'], ['db_size']],
  [['scan'], []],
  [['zcard'], []],
  [
    ['dbsize', 'zcard'],
    ['keys_count', 'db_size'],
  ],
  [
    ['info', 'dbsize', 'scan', 'zcard', 'config', 'memory'],
    ['keys_count', ...OF_INFO, 'db_size'],
  ],
];

describe('Where a server forbids commands', () => {
  const server = redisForTests();
  let cache: CacheEngine;
  let lines: string[];
  beforeEach(() => server.command('FLUSHALL'));
  afterEach(() => cache.close());

  const open = async (forbidden: readonly string[]): Promise<void> => {
    const rules = [
      'reset',
      'on',
      '>p',
      '~*',
      '&*',
      '+@all',
      ...forbidden.map((name) => `-${name}`),
    ];
    await server.command('ACL', 'SETUSER', 'limited', ...rules);
    lines = [];
    const url = server.url.replace('redis://', 'redis://limited:p@');
    cache = createCache(
      { prefix: 'gad:', redis: { url }, deadlineMs: 2_000 },
      logInto(() => lines),
    );
    await cache.open();
    await until(() => cache.store.connected);
  };

  it.each(FORBIDDEN)(
    'without the commands %j the other figures are given, and %j are unknown',
    async (forbidden, unknown) => {
      await open(forbidden);
      await cache.set('k:1', 1);
      const stats = await new Inspection(cache).stats();
      expect([...stats.unknown_figures].sort()).toEqual([...unknown].sort());
      expect(stats).toMatchObject({
        connected: true,
        keys_count: unknown.includes('keys_count') ? 0 : 1,
        keyspace_hits: expect.any(Number),
        used_memory: expect.stringMatching(
          unknown.includes('used_memory') ? /^0B$/ : /^[1-9].*[KMG]$/,
        ),
      });
      expect(await cache.get('k:1')).toBe(1);
      // The index is rebuilt by SCAN, which is worth a warning; of the statistics there is none.
      const expected = forbidden.includes('scan') ? expect.any(Array) : [];
      expect(lines.filter((line) => /refuse|unavailable/.test(line))).toEqual(expected);
    },
  );

  it('a listing shows a key that is no string even without MEMORY', async () => {
    await open(['memory']);
    await server.command('RPUSH', 'gad:list:1', 'x');
    await cache.set('k:1', 1);
    const { items } = await new Inspection(cache).list({});
    expect(items.map(({ key }) => key)).toContain('k:1');
  });
});
