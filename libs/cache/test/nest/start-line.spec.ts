import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CacheModule, createCache } from '@gad/cache';
import type { NestCacheOptions } from '@gad/cache';
import { MemoryStore } from '@gad/cache/store';
import { startRedis } from '../../../../test/servers/redis-server.js';
import type { RedisServer } from '../../../../test/servers/redis-server.js';

const lines: Record<'log' | 'warn', string[]> = { log: [], warn: [] };
const { NODE_ENV } = process.env;

beforeEach(() => {
  for (const level of ['log', 'warn'] as const) {
    lines[level] = [];
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => {
      // Nest's own lines are not asked for.
      if (String(line).startsWith('Cache:')) lines[level].push(String(line));
    });
  }
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env['NODE_ENV'] = NODE_ENV;
});

/** Starts an application in an environment, and ends it. */
async function start(options?: NestCacheOptions, environment = 'test'): Promise<void> {
  process.env['NODE_ENV'] = environment;
  const app = await Test.createTestingModule({ imports: [CacheModule.forRoot(options)] }).compile();
  await app.init();
  await app.close();
}

describe('The start of a cache', () => {
  it('the start says that the store is in this process, also with a Redis URL that is not set', async () => {
    const said = ['Cache: in this process, with prefix gad:; no other process shares it'];
    for (const options of [undefined, {}, { redis: { url: undefined } }]) {
      lines.log = [];
      await start(options);
      expect(lines).toEqual({ log: said, warn: [] });
    }
  });

  it('the start warns once that processes share nothing in production, unless that was asked for', async () => {
    await start({}, 'production');
    expect(lines.warn).toEqual([expect.stringMatching(/NODE_ENV is production and no Redis/)]);
    lines.warn = [];
    await start({ store: 'memory' }, 'production');
    expect(lines.warn).toEqual([]);
    expect(lines.log).toHaveLength(2);
  });

  it('the start says which store serves without NestJS too, once while it is open', async () => {
    const said: string[] = [];
    const note = (message: string): void => void said.push(message);
    const cache = createCache({}, { notice: note, warn: note });
    expect(said).toEqual([]);
    await cache.open();
    await cache.open();
    expect(said).toEqual(['Cache: in this process, with prefix gad:; no other process shares it']);
    await cache.close();
  });

  it('the start says nothing of a store that the application made', async () => {
    await start({ store: new MemoryStore() }, 'production');
    expect(lines).toEqual({ log: [], warn: [] });
  });

  describe('with Redis', () => {
    let redis: RedisServer;
    beforeEach(async () => {
      redis = await startRedis();
    });
    afterEach(() => redis.stop());

    it('the start names the server, the database and the prefix, and never a password', async () => {
      const { host } = new URL(redis.url);
      const url = `redis://default:s3cret@${host}/3`;
      await start({ redis: url, prefix: 'shop:' }, 'production');
      expect(lines.log[0]).toBe(`Cache: Redis at ${host}, database 3, with prefix shop:`);
      expect(JSON.stringify(lines)).not.toContain('s3cret');
      expect(lines.warn.filter((line) => line.includes('NODE_ENV'))).toEqual([]);
    });
  });
});
