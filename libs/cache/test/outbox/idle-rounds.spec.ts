import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisClientFactory, RedisStore } from '@gad/cache/store';
import { nodeRedisClient } from '@gad/cache/store';
import { systemClock } from '../../src/clock.js';
import { openRedisStore } from '../support/fixtures.js';
import { redisForTests } from '../support/redis-server.js';
import { turnOf } from '../support/relay-stores.js';

const server = redisForTests();

describe('Rounds of the shards of one master that had nothing to apply', () => {
  /** It stands still unless a test moves it. */
  let now = 0;
  const clock = { ...systemClock, now: () => now };
  /** Shards' stores that say that they share a connection, and another process's of the second. */
  let first: RedisStore;
  let second: RedisStore;
  let observer: RedisStore;

  beforeEach(async () => {
    await server.command('FLUSHALL');
    now = performance.now();
    const connection = {};
    const makeClient: RedisClientFactory = Object.assign(
      (settings: Parameters<RedisClientFactory>[0]) =>
        Object.assign(nodeRedisClient(settings), { connection }),
      { load: nodeRedisClient.load },
    );
    first = await openRedisStore(server, { prefix: 'first:', makeClient, clock });
    second = await openRedisStore(server, { prefix: 'second:', makeClient, clock });
    observer = await openRedisStore(server, { prefix: 'second:' });
    for (const store of [first, second]) await endRound(store, 'L 1:1:');
  });
  afterEach(async () => {
    await server.command('REPLICAOF', 'NO', 'ONE');
    await Promise.all([first, second, observer].map((store) => store.close()));
  });

  const endRound = async (store: RedisStore, cursor: string): Promise<string> =>
    store.relayStore.endRound(await turnOf(store), cursor);
  const idle = (): Promise<string> => endRound(second, 'L 1:1:');
  /** The first shard's round asks the server, so the second's may leave it out. */
  const askByFirst = (): Promise<string> => endRound(first, 'L 2:2:');
  const field = async (name: string): Promise<number> =>
    Number(await server.command('ZSCORE', 'second:\0relay', name));
  /** How many scripts asked the server, by what only they do. */
  const asked = async (run: () => Promise<unknown>): Promise<number> => {
    const calls = async (): Promise<number> => {
      const stats = String(await server.command('INFO', 'commandstats'));
      return Number(/cmdstat_info:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    const before = await calls();
    await run();
    return (await calls()) - before - 1;
  };

  it('one of them asks the server, and the others give their heartbeats and renew their leads without', async () => {
    const before = await observer.relayStore.observe();
    const lease = await field('lease');
    await askByFirst();
    expect(await asked(idle)).toBe(0);
    const seen = await observer.relayStore.observe();
    expect(seen).toMatchObject({ cursor: 'L 1:1:', term: before.term });
    expect(Number(seen.heartbeat)).toBeGreaterThan(Number(before.heartbeat));
    expect(await field('lease')).toBeGreaterThanOrEqual(lease);
    expect(await asked(idle)).toBe(0);
  });

  it('the next of them asks the server again when the last answer is not of this moment', async () => {
    await askByFirst();
    const turn = await turnOf(second);
    now += 51;
    expect(await asked(() => second.relayStore.endRound(turn, 'L 1:1:'))).toBe(1);
  });

  it('what moves the cursor asks the server', async () => {
    await askByFirst();
    expect(await asked(() => endRound(second, 'L 3:3:'))).toBe(1);
    expect((await observer.relayStore.observe()).cursor).toBe('L 3:3:');
  });

  it('when one finds that the server became primary anew, the others ask before they give a heartbeat', async () => {
    await askByFirst();
    const turn = await turnOf(second);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    now += 51;
    expect(await askByFirst()).toBe('conflict');
    await turnOf(first);
    const heartbeat = await field('beat');
    expect(await second.relayStore.endRound(turn, 'L 1:1:')).toBe('conflict');
    expect(await field('beat')).toBe(heartbeat);
  });

  it('none ends on a server that went back to before the last heartbeat', async () => {
    const past = await field('beat');
    await askByFirst();
    await idle();
    const turn = await turnOf(second);
    await server.command('ZADD', 'second:\0relay', 'XX', String(past), 'beat');
    expect(await second.relayStore.endRound(turn, 'L 1:1:')).toBe('conflict');
    expect(await field('beat')).toBe(past);
  });

  it('none ends where another relay has moved the cursor', async () => {
    await askByFirst();
    const turn = await turnOf(second);
    await server.command('ZADD', 'second:\0relay', 'XX', 'INCR', '1', 'cursor');
    expect(await second.relayStore.endRound(turn, 'L 1:1:')).toBe('conflict');
  });

  it('one that took too long gives no heartbeat', async () => {
    await askByFirst();
    const turn = await turnOf(second);
    const heartbeat = await field('beat');
    const long = { ...turn, startedAt: turn.startedAt - 60_000 };
    expect(await second.relayStore.endRound(long, 'L 1:1:')).toBe('slow');
    expect(await field('beat')).toBe(heartbeat);
  });

  it('one whose lead another relay has taken does not renew it', async () => {
    await askByFirst();
    const turn = await turnOf(second);
    await server.command('ZADD', 'second:\0relay', 'XX', '0', 'lease');
    await turnOf(observer);
    expect(await second.relayStore.endRound(turn, 'L 1:1:')).toBe('fresh');
    expect(await second.relayStore.beginRound()).toBeUndefined();
  });
});
