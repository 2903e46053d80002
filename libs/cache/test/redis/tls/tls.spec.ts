import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisSettings } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { createCache, CacheUnavailableError } from '@gad/cache';
import { until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';
import {
  makeAuthority,
  startTlsFront,
  type Authority,
  type TlsFront,
} from '../../support/tls-front.js';

describe('A Redis behind TLS (rediss://)', () => {
  let folder: string;
  let ours: Authority;
  let theirs: Authority;
  let redis: RedisServer;
  let front: TlsFront;
  let port: number;
  let cache: CacheEngine | undefined;
  let lines: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gad-tls-'));
    [ours, theirs] = await Promise.all([
      makeAuthority(folder, 'ours', 'localhost'),
      makeAuthority(folder, 'theirs', 'redis.example'),
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    lines = [];
    redis = await startRedis();
    front = await startTlsFront(ours, Number(new URL(redis.url).port));
    port = front.port;
  });
  afterEach(async () => {
    await cache?.close();
    cache = undefined;
    front.close();
    await redis.stop();
  });

  async function open(
    host: string,
    socket: object,
    protocol: 'redis' | 'rediss' = 'rediss',
  ): Promise<CacheEngine> {
    const url = `${protocol}://${host}:${port}/0`;
    // The socket options of TLS are known to the client only together with its `tls` flag.
    const clientOptions = { socket } as NonNullable<RedisSettings['clientOptions']>;
    const note = (message: string): void => void lines.push(message);
    cache = createCache(
      { prefix: 'gad:', redis: { url, clientOptions }, deadlineMs: 2_000 },
      { notice: note, warn: note },
    );
    await cache.open();
    return cache;
  }

  const expectRefused = async (engine: CacheEngine): Promise<void> => {
    expect(await engine.getOrSet('k', () => 1)).toBe(1);
    expect(await engine.set('k', 1)).toBe(false);
    await expect(engine.delete('k')).rejects.toThrow(CacheUnavailableError);
    expect(engine.store.connected).toBe(false);
    expect(lines).toEqual([
      expect.stringMatching(/^Cache: Redis at /),
      expect.stringMatching(/store is unavailable/),
    ]);
    expect(await redis.command('DBSIZE')).toBe(0);
  };

  it('a server is accepted under its authority’s certificate', async () => {
    const engine = await open('localhost', { tls: true, ca: ours.ca });
    await until(() => engine.store.connected);
    expect(await engine.set('k', 'secret')).toBe(true);
    expect(await engine.get('k')).toBe('secret');
  });

  it('a server is refused when another authority is pinned', async () => {
    await expectRefused(await open('localhost', { tls: true, ca: theirs.ca }));
  });

  it('a server is refused when no given authority knows it', async () => {
    await expectRefused(await open('localhost', { tls: true }));
  });

  it('a server is refused when its certificate is for another name', async () => {
    await expectRefused(await open('127.0.0.1', { tls: true, ca: ours.ca }));
  });

  it('a TLS server is not spoken to in clear text', async () => {
    await expectRefused(await open('localhost', {}, 'redis'));
  });
});
