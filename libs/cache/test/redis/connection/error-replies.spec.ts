import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine } from '@gad/cache/store';
import { createCache, CacheUnavailableError } from '@gad/cache';
import { startFakeResp } from '../../support/fake-resp-server.js';
import { logInto, until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';
import { failOnLeaks } from '../../support/resources.js';

let server: RedisServer;
let cache: CacheEngine | undefined;
let lines: string[];
const log = logInto(() => lines);

failOnLeaks();
beforeEach(async () => {
  lines = [];
  server = await startRedis();
});
afterEach(async () => {
  await cache?.close();
  cache = undefined;
  await server.stop();
});

async function opened(url = server.url): Promise<CacheEngine> {
  // A long deadline: a busy machine must not look like an outage.
  cache = createCache({ prefix: 'gad:', redis: { url }, deadlineMs: 1_000 }, log);
  await cache.open();
  return cache;
}

/** Without the line at the start, which names the server. */
function afterStart(): readonly string[] {
  return lines.filter((line) => !line.startsWith('Cache: Redis at '));
}

async function loads(engine: CacheEngine): Promise<void> {
  const values = await Promise.all(
    Array.from({ length: 20 }, (_, n) => engine.getOrSet(`load:${n % 5}`, () => n % 5)),
  );
  expect(values).toEqual(Array.from({ length: 20 }, (_, n) => n % 5));
}

const about = (code: string): string[] => lines.filter((line) => line.includes(`(${code})`));

describe('A Redis that answers, but refuses', () => {
  it('a command that a script may not call is named in the log', async () => {
    await server.command('ACL', 'SETUSER', 'u', 'on', '>p', '~*', '&*', '+@all', '-unlink');
    const engine = await opened(server.url.replace('redis://', 'redis://u:p@'));
    await until(() => engine.store.connected);
    await engine.set('a:1', 1);
    await expect(engine.deletePattern('a:*')).rejects.toThrow(CacheUnavailableError);
    expect(lines.filter((line) => /\(ERR: .*(script|command)/.test(line))).toHaveLength(1);
  });

  it('a database that the server does not have is named in the log', async () => {
    await opened(`${server.url}/9999`);
    await until(() =>
      lines.some((line) => line.includes('(it answers ERR: DB index is out of range)')),
    );
  });

  it('a full Redis (OOM) leaves loads answering, hits served and removals working, with one log line', async () => {
    const engine = await opened();
    await engine.set('kept', 1);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await loads(engine);
    await loads(engine);
    expect(await engine.set('new', 1)).toBe(false);
    expect(await engine.get('kept')).toBe(1);
    expect(await engine.delete('kept')).toBe(1);
    expect(await engine.get('kept')).toBeUndefined();
    expect(await engine.invalidate(['stats:*'])).toBe(true);
    expect(about('OOM')).toHaveLength(1);
    expect(engine.store.connected).toBe(true);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(await engine.set('new', 1)).toBe(true);
  });

  it('a Redis that became a replica (READONLY) leaves loads answering and removals failing', async () => {
    const engine = await opened();
    await engine.set('stats:1', 'old');
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await loads(engine);
    expect(await engine.set('new', 1)).toBe(false);
    await expect(engine.delete('stats:1')).rejects.toThrow(CacheUnavailableError);
    await expect(engine.deletePattern('stats:*')).rejects.toThrow(CacheUnavailableError);
    await expect(engine.clear()).rejects.toThrow(CacheUnavailableError);
    expect(await engine.invalidate(['stats:*'])).toBe(false);
    expect(await engine.get('stats:1')).toBeUndefined();
    expect(about('READONLY')).toHaveLength(1);
    await server.command('REPLICAOF', 'NO', 'ONE');
    await until(() => engine.counts().pending_removals === 0);
    expect(await server.command('EXISTS', 'gad:stats:1')).toBe(0);
    expect(await engine.set('new', 1)).toBe(true);
  });

  it('a wrong password makes the store unavailable until it is right, and is not logged', async () => {
    await server.command('CONFIG', 'SET', 'requirepass', 'right');
    const url = server.url.replace('redis://', 'redis://:geheim@');
    const engine = await opened(url);
    await loads(engine);
    await expect(engine.delete('k')).rejects.toThrow(CacheUnavailableError);
    expect(afterStart()).toEqual([
      expect.stringMatching(/store is unavailable \(it answers WRONGPASS\)/),
    ]);
    await server.command('CONFIG', 'SET', 'requirepass', 'geheim');
    await until(() => engine.store.connected);
    expect(await engine.set('k', 1)).toBe(true);
    expect(afterStart().join()).not.toMatch(/geheim|right|127\.0\.0\.1/);
  });

  it('a missing password (NOAUTH) makes the store unavailable', async () => {
    await server.command('CONFIG', 'SET', 'requirepass', 'right');
    const engine = await opened();
    await loads(engine);
    expect(afterStart()).toEqual([
      expect.stringMatching(/store is unavailable \(it answers NOAUTH\)/),
    ]);
    await server.command('CONFIG', 'SET', 'requirepass', '');
    await until(() => engine.store.connected);
    expect(await engine.set('k', 1)).toBe(true);
  });

  it('a user that lost its rights while connected (NOPERM) works again when they are back', async () => {
    await server.command('ACL', 'SETUSER', 'gad', 'on', '>p', '~*', '&*', '+@all');
    const engine = await opened(server.url.replace('redis://', 'redis://gad:p@'));
    expect(await engine.set('k', 'old')).toBe(true);
    await server.command('ACL', 'SETUSER', 'gad', '-@all');
    await loads(engine);
    expect(await engine.get('k')).toBeUndefined();
    await expect(engine.delete('k')).rejects.toThrow(CacheUnavailableError);
    expect(about('NOPERM')).toHaveLength(1);
    await server.command('ACL', 'SETUSER', 'gad', '+@all');
    await until(() => engine.store.connected);
    expect(await engine.delete('k')).toBe(1);
  });

  it('a user that was removed under load loses its connection, which is taken up again', async () => {
    const user = ['ACL', 'SETUSER', 'gad', 'on', '>p', '~*', '&*', '+@all'];
    await server.command(...user);
    const engine = await opened(server.url.replace('redis://', 'redis://gad:p@'));
    const load = loads(engine);
    await server.command('ACL', 'DELUSER', 'gad');
    await load;
    await until(() => !engine.store.connected);
    await loads(engine);
    await server.command(...user);
    await until(() => engine.store.connected);
    expect(await engine.set('k', 1)).toBe(true);
    expect(lines.filter((line) => line.includes('store is unavailable'))).toHaveLength(1);
  });

  it('a Redis that is loading its data (LOADING) is unavailable, and used when it is done', async () => {
    const fake = await startFakeResp('-LOADING Redis is loading the dataset in memory\r\n');
    try {
      const engine = await opened(fake.url);
      await loads(engine);
      await expect(engine.delete('k')).rejects.toThrow(CacheUnavailableError);
      expect(engine.store.connected).toBe(false);
      expect(lines).toContainEqual(
        expect.stringMatching(/store is unavailable \(it answers LOADING\)/),
      );
      // The probe is all that reads and fills cost it.
      expect(fake.seen).not.toContain('GET');
      fake.answer = '+PONG\r\n';
      await until(() => engine.store.connected);
      expect(lines.filter((line) => line.includes('unavailable'))).toHaveLength(1);
    } finally {
      await cache?.close();
      await fake.close();
    }
  });

  it('replies of the wrong kind are misses, never wrong values or exceptions', async () => {
    const replies = [':1\r\n', '*2\r\n$1\r\na\r\n:1\r\n', '$-1\r\n', '_\r\n', '#t\r\n', ',1.5\r\n'];
    for (const reply of replies) {
      const fake = await startFakeResp('+PONG\r\n');
      const engine = createCache(
        { prefix: 'gad:', redis: { url: fake.url }, deadlineMs: 1_000 },
        log,
      );
      await engine.open();
      await until(() => engine.store.connected);
      fake.answer = reply;
      await loads(engine);
      expect(await engine.getMany(['a', 'b'])).toEqual([undefined, undefined]);
      await expect(engine.clear()).rejects.toThrow(CacheUnavailableError);
      await sleep(1);
      await engine.close();
      await fake.close();
    }
  });
});
