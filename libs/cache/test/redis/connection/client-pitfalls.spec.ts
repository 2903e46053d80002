import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BasicClientSideCache } from 'redis';
import type { RedisSettings } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { nodeRedisClient, silentLog } from '@gad/cache/store';
import { freePort } from '../../../../../test/servers/ports.js';
import type { TcpProxy } from '../../../../../test/servers/tcp-proxy.js';
import { startTcpProxy } from '../../../../../test/servers/tcp-proxy.js';
import { deferred, logInto, until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';
import { expectNoMoreThan, failOnLeaks, resourcesNow } from '../../support/resources.js';

const SOURCES = join(import.meta.dirname, '../../../src');

let server: RedisServer;
let proxy: TcpProxy;
let opened: CacheEngine[];

failOnLeaks();
beforeEach(async () => {
  opened = [];
  server = await startRedis();
  proxy = await startTcpProxy(Number(new URL(server.url).port));
});
afterEach(async () => {
  await server.thaw();
  await Promise.all(opened.map((engine) => engine.close()));
  await proxy.close();
  await server.stop();
});

type ClientOptions = RedisSettings['clientOptions'];

async function open(clientOptions: ClientOptions = {}, deadlineMs = 50): Promise<CacheEngine> {
  const url = `redis://127.0.0.1:${proxy.port}/0`;
  const engine = createCache(
    { prefix: 'gad:', redis: { url, clientOptions }, deadlineMs },
    silentLog,
  );
  opened.push(engine);
  await engine.open();
  await until(() => engine.store.connected);
  return engine;
}

const readers = (engine: CacheEngine, count: number): Promise<number[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => engine.getOrSet(`k:${n}`, () => n)));

/** Each pitfall of the Redis client that this library has to know, by its name. */
describe('node-redis', () => {
  it('node-redis ends its command timeout at the write; a frozen server is bounded by our own deadline', async () => {
    const engine = await open();
    await server.freeze();
    expect(await readers(engine, 20)).toHaveLength(20);
    await until(() => !engine.store.connected);
  });

  it('node-redis’s command timeout costs a signal per command; it is off, whatever the options say', async () => {
    const engine = await open({ commandOptions: { timeout: 1 } }, 20_000);
    // With a timeout of a millisecond a queue this long would lose commands before their write.
    const stored = await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => engine.set(`k:${n}`, 'x'.repeat(2_000))),
    );
    expect(stored.filter((done) => !done)).toEqual([]);
  });

  it('node-redis closes for good after a socket timeout by default; our connection comes back', async () => {
    const socket = { socketTimeout: 200, reconnectStrategy: false as const };
    const engine = await open({ socket, pingInterval: 100 });
    await server.freeze();
    await readers(engine, 5);
    await until(() => !engine.store.connected);
    // Longer than the socket timeout, seen from the outside: it has reconnected at least once.
    const before = proxy.accepted;
    await until(() => proxy.accepted > before);
    await server.thaw();
    await until(() => engine.store.connected);
  });

  it('node-redis’s offline queue replays old writes after an outage; it is off, and nothing comes late', async () => {
    const engine = await open();
    await server.kill();
    await until(() => !engine.store.connected);
    for (let n = 0; n < 100; n++) expect(await engine.set(`late:${n}`, n)).toBe(false);
    await expect(engine.delete('x')).rejects.toThrow();
    await server.start();
    await until(() => engine.store.connected);
    expect(await server.command('KEYS', 'gad:late:*')).toEqual([]);
  });

  it('node-redis’s multi() knows no timeout and ignores disableOfflineQueue; no transaction is used', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const using = files.filter((name) =>
      /\.multi\(|'MULTI'|execAsPipeline/.test(readFileSync(join(SOURCES, name), 'utf8')),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(using).toEqual([]);
  });

  it('node-redis’s Sentinel client resends failed commands to the next master; it is not used', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const using = files.filter((name) =>
      /createSentinel|RedisSentinel/.test(readFileSync(join(SOURCES, name), 'utf8')),
    );
    expect(files.filter((name) => name.includes('sentinel')).length).toBeGreaterThan(2);
    expect(using).toEqual([]);
  });

  it('node-redis’s Sentinel client raises a fatal error per node without a listener; our clients raise none', async () => {
    const frozen = await startRedis();
    await frozen.freeze();
    const silent = Number(new URL(frozen.url).port);
    const plain = Number(new URL(server.url).port);
    const unused = await freePort();
    const lines: string[] = [];
    const sentinels = [silent, plain, unused].map((port) => ({ host: '127.0.0.1', port }));
    const engine = createCache(
      { prefix: 'gad:', redis: { sentinels } },
      logInto(() => lines),
    );
    opened.push(engine);
    await engine.open();
    expect(await readers(engine, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(lines).toEqual([
      expect.stringMatching(/^Cache: Redis at mymaster of /),
      expect.stringMatching(/unavailable \(Sentinel does not /),
    ]);
    await frozen.thaw();
    await frozen.stop();
  });

  it('node-redis’s client-side cache serves wrong and old values; commands bypass it, whatever the options say', async () => {
    const aside = new BasicClientSideCache({ maxEntries: 100 });
    const engine = await open({ RESP: 3, clientSideCache: aside }, 5_000);
    expect(await engine.getOrSet('k', () => 'old')).toBe('old');
    expect(await engine.get('k')).toBe('old');
    expect(await engine.getMany(['k'])).toEqual(['old']);
    expect(aside.size()).toBe(0);
    expect(aside.stats().missCount).toBe(0);
  });

  it('node-redis’s createClient builds a class for every other address; our clients share one', async () => {
    await nodeRedisClient.load();
    const make = (host: string): void => {
      const client = nodeRedisClient({ url: `redis://${host}` });
      client.on('error', () => undefined);
      client.destroy();
    };
    make('first');
    // `require` is untyped; this is the module of that name, as the library has it.
    const redis = createRequire(import.meta.url)('redis') as typeof import('redis');
    const create = jest.spyOn(redis, 'createClient');
    make('second');
    make('third');
    expect(create).not.toHaveBeenCalled();
    create.mockRestore();
  });

  it('node-redis’s queue is unbounded; ours refuses beyond a length, and every call is settled', async () => {
    const engine = await open({ commandsQueueMaxLength: 10 });
    expect(await readers(engine, 500)).toHaveLength(500);
    await server.freeze();
    expect(await readers(engine, 500)).toHaveLength(500);
  });

  it('node-redis ends the process without an error listener; every client has one', async () => {
    await proxy.close();
    const url = `redis://127.0.0.1:${proxy.port}/0`;
    const engine = createCache({ prefix: 'gad:', redis: { url } }, silentLog);
    opened.push(engine);
    await engine.open();
    expect(await readers(engine, 5)).toEqual([0, 1, 2, 3, 4]);
    proxy = await startTcpProxy(Number(new URL(server.url).port));
  });

  it('node-redis may lose its subscription with its connection; waiters are woken again after a reconnect', async () => {
    const [loader, waiter] = [await open({}, 5_000), await open({}, 5_000)];
    for (let round = 0; round < 2; round++) {
      await until(() => loader.store.connected && waiter.store.connected);
      const subscribed = async (): Promise<number> => {
        const reply = await server.command('PUBSUB', 'NUMSUB', 'gad:\0awake:0');
        return Array.isArray(reply) ? Number(reply[1]) : 0;
      };
      while ((await subscribed()) < 2) await new Promise((resolve) => setImmediate(resolve));
      const row = deferred<string>();
      const key = `woken:${round}`;
      const waitedBefore = waiter.counts().waits;
      const loading = loader.getOrSet(key, () => row.promise);
      // Only once its loader runs does it hold the right to load.
      await until(() => loader.counts().loads > round);
      const waiting = waiter.getOrSet(key, () => 'loaded twice');
      await until(() => waiter.counts().waits > waitedBefore);
      row.resolve('loaded once');
      expect(await Promise.all([loading, waiting])).toEqual(['loaded once', 'loaded once']);
      proxy.reset();
      await until(() => !loader.store.connected || !waiter.store.connected);
    }
  });

  it('node-redis connects after a destroy during the connect; our client closes that connection', async () => {
    await nodeRedisClient.load();
    const before = await resourcesNow();
    for (let n = 0; n < 20; n++) {
      const client = nodeRedisClient({ url: `redis://127.0.0.1:${proxy.port}/0` });
      client.on('error', () => undefined);
      client.connect();
      client.destroy();
    }
    await until(() => proxy.accepted >= 20);
    await until(() => proxy.connections === 0);
    await expectNoMoreThan(before);
  });

  it('node-redis sends commands at connect that an older server refuses; the connection is used all the same', async () => {
    const before = await server.command('INFO', 'errorstats');
    await open();
    expect(await server.command('INFO', 'errorstats')).toEqual(before);
  });
});
