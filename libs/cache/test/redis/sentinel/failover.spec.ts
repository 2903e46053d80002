import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, SentinelSettings } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import type { RedisServer } from '../../../../../test/servers/redis-server.js';
import { startSentinels, type SentinelSet } from '../../../../../test/servers/redis-sentinels.js';
import { deferred, logInto, until } from '../../support/fixtures.js';
import { expectNoMoreThan, failOnLeaks, resourcesNow } from '../../support/resources.js';

/** The line at start. */
const START: unknown = expect.stringMatching(/^Cache: Redis at /);

let set: SentinelSet;
let lines: string[];
let opened: CacheEngine[];

failOnLeaks();
beforeEach(async () => {
  lines = [];
  opened = [];
  set = await startSentinels();
});
afterEach(async () => {
  await Promise.all(opened.map((engine) => engine.close()));
  await set.stop();
});

/** Connected or not, as the Sentinels have it. */
async function start(settings: Partial<SentinelSettings> = {}): Promise<CacheEngine> {
  const redis = { sentinels: set.nodes, ...settings };
  // A long deadline: a busy machine must not look like an outage.
  const bounds = { deadlineMs: 500, removalTimeoutMs: 500 };
  const log = logInto(() => lines);
  const engine = createCache({ prefix: 'gad:', redis, ...bounds }, log);
  opened.push(engine);
  await engine.open();
  return engine;
}

async function open(settings: Partial<SentinelSettings> = {}): Promise<CacheEngine> {
  const engine = await start(settings);
  await until(() => engine.store.connected);
  return engine;
}

/** Connections of caches that a server has at present. */
async function cachesOn(server: RedisServer): Promise<number> {
  const list = String(await set.command(server, 'CLIENT', 'LIST'));
  return list.split('name=gad-cache ').length - 1;
}

async function untilReplica(server: RedisServer): Promise<void> {
  // A demotion ends the connections of the server, this one as well.
  const role = (): Promise<unknown> => set.command(server, 'ROLE').catch(() => '');
  while (!String(await role()).startsWith('slave')) await new Promise(setImmediate);
}

/** How often clients have asked a server for its role. */
async function roleCalls(server: RedisServer): Promise<number> {
  const statistics = String(await set.command(server, 'INFO', 'commandstats'));
  return Number(/cmdstat_role:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}

const outages = (): string[] => lines.filter((line) => line.includes('unavailable'));

describe.each(['SIGKILL', 'SIGSTOP'] as const)('The master ended by %s under load', (signal) => {
  it('a failover costs no answer: the replica takes over, and the old master is not written to', async () => {
    const engine = await open();
    const [first, second] = set.servers;
    let failed = 0;
    let answered = 0;
    let running = true;
    const reader = async (id: number): Promise<void> => {
      for (let n = 0; running; n++) {
        const wanted = id * 1_000_000 + n;
        const got = await engine.getOrSet(`k:${wanted}`, () => wanted).catch(() => undefined);
        if (got === wanted) answered++;
        else failed++;
        await new Promise(setImmediate);
      }
    };
    const readers = Array.from({ length: 20 }, (_, id) => reader(id));
    const switched = set.nextSwitch();
    await first.kill(signal);
    expect(await switched).toBe(second.port);
    await until(() => engine.store.connected);
    running = false;
    await Promise.all(readers);
    expect({ failed, answered: answered > 20 }).toEqual({ failed: 0, answered: true });

    expect(await engine.set('after', 1)).toBe(true);
    expect(await set.command(second, 'GET', 'gad:after')).toBe('1');
    expect(outages()).toHaveLength(1);

    await (signal === 'SIGKILL' ? first.restart() : first.kill('SIGCONT'));
    await untilReplica(first);
    expect(await engine.set('later', 2)).toBe(true);
    expect(await set.command(second, 'GET', 'gad:later')).toBe('2');
    expect(await cachesOn(first)).toBe(0);
    expect(outages()).toHaveLength(1);
  });
});

describe('After a failover', () => {
  it('after a failover a lease of the old master is void, although the new one has it', async () => {
    const engine = await open();
    const row = deferred<number>();
    const slow = engine.getOrSetEntry('k', () => row.promise);
    await until(() => engine.counts().loads === 1);
    // The replica has the lease as well.
    const [, second] = set.servers;
    while ((await set.command(second, 'EXISTS', 'gad:k')) !== 1);
    const switched = set.nextSwitch();
    const [sentinel] = set.sentinels;
    if (sentinel === undefined) throw new Error('no Sentinel');
    await set.command(sentinel, 'SENTINEL', 'FAILOVER', 'mymaster');
    await switched;
    await until(() => !engine.store.connected);
    await until(() => engine.store.connected);
    expect(await set.command(second, 'EXISTS', 'gad:k')).toBe(1);
    row.resolve(1);
    expect(await slow).toMatchObject({ value: 1, stored: false });
    expect(await engine.get('k')).toBeUndefined();
    expect(await engine.set('k', 2)).toBe(true);
    expect(outages()).toHaveLength(1);
  });

  it('after a failover a waiter for another process’s load is woken over the new master', async () => {
    const [loader, waiter] = [await open(), await open()];
    const switched = set.nextSwitch();
    await set.servers[0].kill('SIGKILL');
    await switched;
    await until(() => loader.store.connected && waiter.store.connected);
    const channel = 'gad:\0awake:0';
    const listening = async (): Promise<unknown> =>
      set.command(set.servers[1], 'PUBSUB', 'NUMSUB', channel);
    while (String(await listening()) !== `${channel},2`);
    const row = deferred<string>();
    const loading = loader.getOrSet('k', () => row.promise);
    await until(() => loader.counts().loads === 1);
    const waiting = waiter.getOrSet('k', () => 'loaded twice');
    await until(() => waiter.counts().waits > 0);
    row.resolve('once');
    expect(await Promise.all([loading, waiting])).toEqual(['once', 'once']);
  });
});

describe('A master that was demoted behind our back', () => {
  it('a master that was demoted is left at the first READONLY, logged once, and used again as a master only', async () => {
    const engine = await open();
    const [first, second] = set.servers;
    // Its connections stay open: only its answers show the demotion.
    await set.command(first, 'REPLICAOF', '127.0.0.1', String(second.port));
    expect(await engine.set('k', 1)).toBe(false);
    await until(() => !engine.store.connected);
    expect(await engine.getOrSet('k', () => 2)).toBe(2);
    // Asked again several times, it reports each time that it is none.
    const before = await roleCalls(first);
    while ((await roleCalls(first)) < before + 5);
    expect(engine.store.connected).toBe(false);
    await set.command(first, 'REPLICAOF', 'NO', 'ONE');
    await until(() => engine.store.connected);
    expect(await engine.set('k', 3)).toBe(true);
    expect(outages()).toHaveLength(1);
  });
});

describe('Sentinels', () => {
  it('sentinels may be unavailable, frozen or wrong, as long as one knows the master', async () => {
    const [one, two, dead] = set.sentinels;
    const [, stranger] = set.servers;
    await dead?.kill('SIGKILL');
    await two?.kill('SIGSTOP');
    // A Redis that is no Sentinel, and a port without a listener.
    const nodes = [...set.nodes, { host: '127.0.0.1', port: stranger.port }];
    const engine = await open({ sentinels: nodes.reverse() });
    expect(await engine.set('k', 1)).toBe(true);
    expect(lines).toEqual([START, expect.stringMatching(/store is connected/)]);
    await one?.kill('SIGKILL');
    // No Sentinel is left to name the master; the one in use stays in use.
    expect(await engine.set('k', 2)).toBe(true);
    expect(engine.store.connected).toBe(true);
  });

  it('sentinels that are all unavailable at the start are one log line, and are asked until they come', async () => {
    await Promise.all(set.sentinels.map((sentinel) => sentinel.kill('SIGKILL')));
    const engine = await start();
    expect(await engine.getOrSet('k', () => 1)).toBe(1);
    expect(lines).toEqual([
      START,
      expect.stringMatching(/unavailable \(Sentinel does not answer\)/),
    ]);
    await set.sentinels[1]?.restart();
    await until(() => engine.store.connected);
    expect(await engine.set('k', 1)).toBe(true);
    expect(lines).toHaveLength(3);
  });

  it('sentinels that do not know the master are distinguished from unavailable ones', async () => {
    const engine = await start({ master: 'other' });
    expect(await engine.getOrSet('k', () => 1)).toBe(1);
    expect(lines).toEqual([
      START,
      expect.stringMatching(/unavailable \(Sentinel does not know the master\)/),
    ]);
  });

  it('a closed cache leaves no connection to the sentinels or the master', async () => {
    await (await open()).close();
    const before = await resourcesNow();
    for (let n = 0; n < 5; n++) {
      await (await open()).close();
      await (await start({ master: 'other' })).close();
    }
    await expectNoMoreThan(before);
  });
});
