import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BasicClientSideCache } from 'redis';
import type { CacheModuleOptions } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { createCache, nodeRedisLink, silentLog } from '@gad/cache/store';
import { freePort } from '../../../../../test/servers/ports.js';
import type { TcpProxy } from '../../../../../test/servers/tcp-proxy.js';
import { startTcpProxy } from '../../../../../test/servers/tcp-proxy.js';
import { deferred, logInto, until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';
import { expectNoMoreThan, failOnStrays, resourcesNow } from '../../support/resources.js';

const SOURCES = join(import.meta.dirname, '../../../src');

let server: RedisServer;
let proxy: TcpProxy;
let opened: CacheEngine[];

failOnStrays();
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

type ClientOptions = NonNullable<CacheModuleOptions['redis']>['clientOptions'];

async function open(clientOptions: ClientOptions = {}, deadlineMs = 50): Promise<CacheEngine> {
  const url = `redis://127.0.0.1:${proxy.port}/0`;
  const engine = createCache({ redis: { url, clientOptions }, deadlineMs }, silentLog);
  opened.push(engine);
  await engine.open();
  await until(() => engine.store.connected);
  return engine;
}

const readers = (engine: CacheEngine, count: number): Promise<number[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => engine.getOrSet(`k:${n}`, () => n)));

/** Each pitfall of the Redis client that this library has to know, by its name. */
describe('node-redis', () => {
  it('its command timeout ends when the command is written: a frozen server is bounded by our own deadline', async () => {
    const engine = await open();
    await server.freeze();
    expect(await readers(engine, 20)).toHaveLength(20);
    await until(() => !engine.store.connected);
  });

  it('its command timeout costs a signal per command: it is off, whatever the options say', async () => {
    const engine = await open({ commandOptions: { timeout: 1 } }, 20_000);
    // With a timeout of a millisecond a queue this long would lose commands before their write.
    const stored = await Promise.all(
      Array.from({ length: 2_000 }, (_, n) => engine.set(`k:${n}`, 'x'.repeat(2_000))),
    );
    expect(stored.filter((done) => !done)).toEqual([]);
  });

  it('after a socket timeout its default strategy closes the client for good: ours comes back', async () => {
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

  it('its offline queue replays old writes after an outage: it is off, nothing comes late', async () => {
    const engine = await open();
    await server.kill();
    await until(() => !engine.store.connected);
    for (let n = 0; n < 100; n++) expect(await engine.set(`late:${n}`, n)).toBe(false);
    await expect(engine.delete('x')).rejects.toThrow();
    await server.start();
    await until(() => engine.store.connected);
    expect(await server.command('KEYS', 'gad:late:*')).toEqual([]);
  });

  it('its multi() knows neither timeout nor disableOfflineQueue: no transaction is used anywhere', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const using = files.filter((name) =>
      /\.multi\(|'MULTI'|execAsPipeline/.test(readFileSync(join(SOURCES, name), 'utf8')),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(using).toEqual([]);
  });

  it('its Sentinel client sends what failed again to the next master: it is not used', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const using = files.filter((name) =>
      /createSentinel|RedisSentinel/.test(readFileSync(join(SOURCES, name), 'utf8')),
    );
    expect(files.filter((name) => name.includes('sentinel')).length).toBeGreaterThan(2);
    expect(using).toEqual([]);
  });

  it('its Sentinel client reports an error per node, without a listener fatal: ours end nothing', async () => {
    const frozen = await startRedis();
    await frozen.freeze();
    const silent = Number(new URL(frozen.url).port);
    const plain = Number(new URL(server.url).port);
    const unused = await freePort();
    const lines: string[] = [];
    const sentinels = [silent, plain, unused].map((port) => ({ host: '127.0.0.1', port }));
    const engine = createCache(
      { redis: { sentinels } },
      logInto(() => lines),
    );
    opened.push(engine);
    await engine.open();
    expect(await readers(engine, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(lines).toEqual([expect.stringMatching(/away \(Sentinel does not /)]);
    await frozen.thaw();
    await frozen.stop();
  });

  it('its client-side cache has wrong and old values: commands go past it, whatever the options say', async () => {
    const aside = new BasicClientSideCache({ maxEntries: 100 });
    const engine = await open({ RESP: 3, clientSideCache: aside }, 5_000);
    expect(await engine.getOrSet('k', () => 'old')).toBe('old');
    expect(await engine.get('k')).toBe('old');
    expect(await engine.getMany(['k'])).toEqual(['old']);
    expect(aside.size()).toBe(0);
    expect(aside.stats().missCount).toBe(0);
  });

  it('its createClient builds a class for every other address: links share one', () => {
    const make = (host: string): void => {
      const link = nodeRedisLink({ url: `redis://${host}` });
      link.on('error', () => undefined);
      link.destroy();
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

  it('its queue is unbounded: ours refuses beyond a length, and everybody is answered', async () => {
    const engine = await open({ commandsQueueMaxLength: 10 });
    expect(await readers(engine, 500)).toHaveLength(500);
    await server.freeze();
    expect(await readers(engine, 500)).toHaveLength(500);
  });

  it('without an error listener it ends the process: every link has one', async () => {
    await proxy.close();
    const url = `redis://127.0.0.1:${proxy.port}/0`;
    const engine = createCache({ redis: { url } }, silentLog);
    opened.push(engine);
    await engine.open();
    expect(await readers(engine, 5)).toEqual([0, 1, 2, 3, 4]);
    proxy = await startTcpProxy(Number(new URL(server.url).port));
  });

  it('may lose its subscription with its connection: waiters are woken again after a reconnect', async () => {
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

  it('destroyed while its socket is connecting, it connects all the same: that connection is closed', async () => {
    const before = await resourcesNow();
    for (let n = 0; n < 20; n++) {
      const link = nodeRedisLink({ url: `redis://127.0.0.1:${proxy.port}/0` });
      link.on('error', () => undefined);
      link.connect();
      link.destroy();
    }
    await until(() => proxy.accepted >= 20);
    await until(() => proxy.connections === 0);
    await expectNoMoreThan(before);
  });

  it('says things at connecting that a plain or older server refuses: nothing is refused', async () => {
    const before = await server.command('INFO', 'errorstats');
    await open();
    expect(await server.command('INFO', 'errorstats')).toEqual(before);
  });
});
