import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerSettings } from '@gad/cache/store';
import type { CacheEngine, RedisStore } from '@gad/cache/store';
import { nodeRedisClient } from '@gad/cache/store';
import { engineOver, openRedisStore } from '../../support/fixtures.js';
import { gatedClients } from '../../support/gated-client.js';
import type { Gates } from '../../support/gates.js';
import { redisForTests } from '../../support/redis-server.js';
import {
  ACQUIRE,
  SWEEP,
  SWEEP_SAMPLE,
  WRITE,
} from '../../../src/store/redis/scripts/compiled-scripts.js';
import type { Script } from '../../../src/store/redis/scripts/script.js';

const INDEX = 'gad:\0index';

const server = redisForTests();
let gates: Gates;
let store: RedisStore;
let cache: CacheEngine;

beforeEach(async () => {
  await server.command('FLUSHALL');
  const gated = gatedClients();
  gates = gated.gates;
  store = await openRedisStore(server, { makeClient: gated.makeClient });
  cache = engineOver(store);
  while ((await sentinels()).length === 0) await new Promise((resolve) => setImmediate(resolve));
});
afterEach(() => store.close());

async function all(): Promise<string[]> {
  const reply = await server.command('ZRANGE', INDEX, '0', '-1');
  return Array.isArray(reply) ? reply.map(String) : [];
}

async function sentinels(): Promise<string[]> {
  return (await all()).filter((member) => member.startsWith('\0s'));
}

async function members(): Promise<string[]> {
  return (await all()).filter((member) => !member.startsWith('\0'));
}

function run(script: Script, ...args: string[]): Promise<unknown> {
  return server.command('EVAL', script.source, '1', INDEX, ...args);
}

describe('The upkeep of the key index', () => {
  it('removed keys leave the index at once, however they were removed', async () => {
    for (const name of ['a:1', 'a:2', 'b:1', 'b:2', 'c']) await cache.set(name, 1);
    await cache.acquireLease('a:leased');
    await cache.delete('a:1');
    expect(await members()).toEqual(['a:2', 'a:leased', 'b:1', 'b:2', 'c']);
    await cache.deletePattern('a:*');
    expect(await members()).toEqual(['b:1', 'b:2', 'c']);
    await cache.deletePattern('[ab]:2');
    expect(await members()).toEqual(['b:1', 'c']);
    await cache.clear();
    expect(await members()).toEqual([]);
  });

  it('the sweeper never drops the sentinel, however many keys are added', async () => {
    const before = await sentinels();
    for (let n = 0; n < 64; n++) await cache.set(`k:${n % 8}`, 1, n % 2 === 0 ? {} : { ttl: 1e-3 });
    for (let n = 0; n < 64; n++) await cache.set(`new:${n}`, 1);
    expect(await sentinels()).toEqual(before);
  });

  it('the sweeper checks other members at one addition in eight, by hand or by lease', async () => {
    const probes: string[] = [];
    const counted = await openRedisStore(server, {
      makeClient: Object.assign(
        (settings: ServerSettings) => {
          const client = nodeRedisClient(settings);
          const send = client.send.bind(client);
          client.send = (command) => {
            const isAddition = [ACQUIRE, WRITE].some(
              ({ sha1, source }) => command[1] === sha1 || command[1] === source,
            );
            if (isAddition) probes.push(String(command.at(-1)));
            return send(command);
          };
          return client;
        },
        { load: nodeRedisClient.load },
      ),
    });
    const counting = engineOver(counted);
    for (let n = 0; n < 32; n++) await counting.set(`k:${n}`, 1);
    expect(probes.filter((probe) => probe !== '0')).toHaveLength(4);
    for (let n = 0; n < 32; n++) await counting.getOrSet(`l:${n}`, () => 1);
    expect(probes.filter((probe) => probe !== '0')).toHaveLength(8);
    await counted.close();
  });

  it('the sweeper drops dead members only, a page at a time and by sample', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `k:${String(n).padStart(2, '0')}`);
    for (const name of names) await cache.set(name, 1);
    await cache.acquireLease('k:leased');
    const dead = names.filter((_, n) => n % 3 === 0);
    const living = [...names.filter((_, n) => n % 3 !== 0), 'k:leased'];
    await server.command('DEL', ...dead.map((name) => `gad:${name}`));
    expect(await run(SWEEP, 'gad:', '[\x01', '10')).toEqual([10, 4, 'k:09']);
    expect(await run(SWEEP, 'gad:', '(k:09', '100')).toEqual([21, 6, 'k:leased']);
    expect(await members()).toEqual(living);
    await server.command('DEL', 'gad:k:01');
    expect(await run(SWEEP_SAMPLE, 'gad:', '100')).toEqual([living.length + 1, 1]);
    expect(await members()).toEqual(living.filter((name) => name !== 'k:01'));
    expect(await sentinels()).toHaveLength(1);
  });

  it('a removal notices an index that was lost and rebuilt between two pages, and scans', async () => {
    const other = await openRedisStore(server);
    const names = Array.from({ length: 450 }, (_, n) => `k:${String(n).padStart(3, '0')}`);
    await Promise.all(names.map((name) => cache.set(name, 1)));
    let pages = 0;
    const secondPage = gates.before((call) => call === 'REMOVE_RANGE' && ++pages === 2);
    const removal = cache.deletePattern('k:*');
    await secondPage.arrived;
    await server.command('DEL', INDEX);
    await other.list(undefined, undefined, 1);
    expect(await sentinels()).toHaveLength(1);
    secondPage.release();
    expect(await removal).toBe(450);
    expect(gates.calls.some((call) => call.startsWith('SCAN 0 MATCH gad:k:*'))).toBe(true);
    expect(await server.command('KEYS', 'gad:k:*')).toEqual([]);
    await other.close();
  });

  it('the index may be evicted as least recently used under allkeys-lru: no key survives a removal', async () => {
    const names = Array.from({ length: 300 }, (_, n) => `k:${n}`);
    await Promise.all(names.map((name) => cache.set(name, 'x'.repeat(200))));
    const token = await cache.acquireLease('k:leased');
    // The server reports ages by the second.
    while (Number(await server.command('OBJECT', 'IDLETIME', INDEX)) < 2) {
      await cache.getMany([...names, 'k:leased']);
    }
    const used = /used_memory:(\d+)/.exec(String(await server.command('INFO', 'memory')))?.[1];
    await server.command('CONFIG', 'SET', 'maxmemory-samples', '64');
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await server.command('CONFIG', 'SET', 'maxmemory', String(Number(used) - 1));
    while (Number(await server.command('EXISTS', INDEX)) === 1) await cache.get('k:1');
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    const survivors = Number(await server.command('DBSIZE'));
    expect(survivors).toBeGreaterThan(20);
    await cache.set('k:later', 1);
    await cache.deletePattern('k:*');
    expect(await server.command('KEYS', 'gad:k:*')).toEqual([]);
    expect(await cache.set('k:leased', 'old', { token })).toBe(false);
  });
});
