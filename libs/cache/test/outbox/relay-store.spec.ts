import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_KEYS, markOf, selectKeys } from '../../src/keys/key-selection.js';
import type { RedisStore, RelayRound } from '@gad/cache/store';
import { openRedisStore, until } from '../support/fixtures.js';
import { redisForTests } from '../support/redis-server.js';

const server = redisForTests();
let mine: RedisStore;
let other: RedisStore;

beforeEach(async () => {
  await server.command('FLUSHALL');
  mine = await openRedisStore(server);
  other = await openRedisStore(server);
});
afterEach(async () => {
  await server.command('CONFIG', 'SET', 'maxmemory', '0');
  await server.command('REPLICAOF', 'NO', 'ONE');
  await Promise.all([mine.close(), other.close()]);
});

async function turnOf(store: RedisStore): Promise<RelayRound> {
  const turn = await store.relayStore.beginRound();
  if (turn === undefined) throw new Error('another leads');
  return turn;
}

const takeOverLead = (): Promise<unknown> =>
  server.command('ZADD', 'gad:\0relay', 'XX', '0', 'lease');

describe('The lead', () => {
  it('the lead is held by one relay and renewed by its rounds', async () => {
    expect(await mine.relayStore.beginRound()).toBeDefined();
    expect(await mine.relayStore.beginRound()).toBeDefined();
    expect(await other.relayStore.beginRound()).toBeUndefined();
  });

  it('the lead passes on at once when its holder resigns, and not when another process does', async () => {
    await turnOf(mine);
    await other.relayStore.resign();
    expect(await other.relayStore.beginRound()).toBeUndefined();
    await mine.relayStore.resign();
    expect(await other.relayStore.beginRound()).toBeDefined();
  });

  it('a lead that ends impossibly late is void, as a clock was set back', async () => {
    await turnOf(mine);
    const inAnHour = String(Date.now() + 3_600_000);
    await server.command('ZADD', 'gad:\0relay', inAnHour, 'lease');
    expect(await other.relayStore.beginRound()).toBeDefined();
  });
});

describe('The cursor', () => {
  it('the cursor is unknown at first, and then where the last round left it, for every process', async () => {
    const first = await turnOf(mine);
    expect(first.cursor).toBeUndefined();
    expect(await mine.relayStore.endRound(first, 'L 1:1:')).toBe('fresh');
    expect((await turnOf(mine)).cursor).toBe('L 1:1:');
    expect((await other.relayStore.observe()).cursor).toBe('L 1:1:');
    await mine.relayStore.resign();
    expect((await turnOf(other)).cursor).toBe('L 1:1:');
  });

  it('the cursor is not moved by a round that began before another round moved it', async () => {
    const slow = await turnOf(mine);
    await takeOverLead();
    expect(await other.relayStore.endRound(await turnOf(other), 'L 2:2:')).toBe('fresh');
    const { heartbeat } = await other.relayStore.observe();
    expect(await mine.relayStore.endRound(slow, 'L 1:1:')).toBe('conflict');
    expect(await other.relayStore.observe()).toMatchObject({ cursor: 'L 2:2:', heartbeat });
  });

  it('the cursor is not moved after the store has lost everything', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const turn = await turnOf(mine);
    await server.command('FLUSHALL');
    expect(await mine.relayStore.endRound(turn, 'L 2:2:')).toBe('conflict');
    expect((await turnOf(mine)).cursor).toBeUndefined();
  });

  it('the cursor is unknown when its text or the bookkeeping is gone', async () => {
    for (const key of ['gad:\0cursor', 'gad:\0relay']) {
      await mine.relayStore.endRound(await turnOf(mine), `L ${String(key.length)}:1:`);
      await server.command('DEL', key);
      await takeOverLead();
      const seen = await turnOf(other);
      expect(seen.cursor).toBeUndefined();
      await other.relayStore.resign();
    }
  });

  it('the cursor is not moved on another connection than the one the round began on', async () => {
    const turn = await turnOf(mine);
    const { generation } = mine.relayStore;
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() => mine.relayStore.generation !== generation && mine.connected);
    expect(await mine.relayStore.endRound(turn, 'L 1:1:')).toBe('conflict');
    expect((await mine.relayStore.observe()).cursor).toBeUndefined();
  });

  it('the cursor comes back with what the store restores', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    await server.command('SAVE');
    await mine.relayStore.endRound(await turnOf(mine), 'L 2:2:');
    await server.kill();
    await server.start();
    await until(() => mine.connected && other.connected);
    await takeOverLead();
    expect((await turnOf(mine)).cursor).toBe('L 1:1:');
  });

  it('the cursor survives a clear, which leaves the bookkeeping alone', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    await mine.write('a', '1', undefined, 1_000);
    expect(await mine.remove(ALL_KEYS)).toBe(1);
    expect((await turnOf(mine)).cursor).toBe('L 1:1:');
  });
});

describe('A round whose removals the writers have made', () => {
  const KEY = selectKeys(['a']);
  const marks = (...positions: string[]): string[] =>
    positions.map((position) => markOf(KEY, position));

  it('a round that finds every mark moves the cursor, gives a heartbeat, and drops the marks', async () => {
    await mine.remove(KEY, { committed: 'L 1' });
    await mine.remove(KEY, { committed: 'L 2' });
    await mine.remove(KEY, { committed: 'L 3' });
    const end = await mine.relayStore.endMarkedRound(
      await turnOf(mine),
      'L 2:2:',
      marks('L 1', 'L 2'),
    );
    expect(end).toBe('fresh');
    expect(await other.relayStore.observe()).toMatchObject({
      cursor: 'L 2:2:',
      heartbeat: expect.any(String),
    });
    expect(await server.command('ZRANGE', 'gad:\0marks', '0', '-1')).toEqual(marks('L 3'));
  });

  it('a round that misses a mark moves nothing, drops no mark, and may go on', async () => {
    await mine.remove(KEY, { committed: 'L 1' });
    const turn = await turnOf(mine);
    const end = await mine.relayStore.endMarkedRound(turn, 'L 2:2:', marks('L 1', 'L 2'));
    expect(end).toBe('unmarked');
    const seen = await other.relayStore.observe();
    expect([seen.cursor, seen.heartbeat]).toEqual([undefined, undefined]);
    expect(await server.command('ZRANGE', 'gad:\0marks', '0', '-1')).toEqual(marks('L 1'));
    expect(await mine.relayStore.endRound(turn, 'L 2:2:')).toBe('fresh');
  });

  it('a round that began before another round moved the cursor drops no mark', async () => {
    await mine.remove(KEY, { committed: 'L 1' });
    const slow = await turnOf(mine);
    await takeOverLead();
    await other.relayStore.endRound(await turnOf(other), 'L 2:2:');
    expect(await mine.relayStore.endMarkedRound(slow, 'L 1:1:', marks('L 1'))).toBe('conflict');
    expect(await server.command('ZCARD', 'gad:\0marks')).toBe(1);
  });

  it('a round finds no marks when the store has lost everything', async () => {
    await mine.remove(KEY, { committed: 'L 1' });
    await server.command('FLUSHALL');
    const end = await mine.relayStore.endMarkedRound(await turnOf(mine), 'L 1:1:', marks('L 1'));
    expect(end).toBe('unmarked');
  });
});

describe('The heartbeat', () => {
  it('the heartbeat changes with every round, also when the cursor stays', async () => {
    const heartbeats = new Set<string | undefined>([(await other.relayStore.observe()).heartbeat]);
    for (let turn = 0; turn < 3; turn++) {
      expect(await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:')).toBe('fresh');
      heartbeats.add((await other.relayStore.observe()).heartbeat);
    }
    expect(heartbeats.size).toBe(4);
    expect(heartbeats.has(undefined)).toBe(true);
  });

  it('a round that was slow by the server’s clock, or ended before it began, gives no heartbeat', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const { heartbeat } = await other.relayStore.observe();
    for (const [offset, cursor] of [
      [-600, 'L 2:2:'],
      [600, 'L 3:3:'],
    ] as const) {
      const turn = await turnOf(mine);
      const displaced = { ...turn, startedAt: turn.startedAt + offset };
      expect(await mine.relayStore.endRound(displaced, cursor)).toBe('slow');
      expect(await other.relayStore.observe()).toMatchObject({ heartbeat, cursor });
    }
  });

  it('the heartbeat goes on when the server is full', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const { heartbeat } = await mine.relayStore.observe();
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(mine.write('a', '1', undefined, 1_000)).rejects.toThrow('OOM');
    expect(await mine.relayStore.endRound(await turnOf(mine), 'L 2:2:')).toBe('fresh');
    expect((await other.relayStore.observe()).heartbeat).not.toBe(heartbeat);
  });

  it('the heartbeat cannot be seen on a replica, whose copy may be old', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const turn = await turnOf(mine);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(mine.relayStore.observe()).rejects.toThrow('READONLY');
    await expect(mine.relayStore.endRound(turn, 'L 1:1:')).rejects.toThrow('READONLY');
    await expect(mine.relayStore.beginRound()).rejects.toThrow('READONLY');
  });

  it('a look at the heartbeat counts as neither hit nor miss', async () => {
    const counted = async (): Promise<unknown> => {
      const info = String(await server.command('INFO', 'stats'));
      return /keyspace_hits:\d+\s+keyspace_misses:\d+/.exec(info)?.[0];
    };
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    await other.relayStore.observe();
    const before = await counted();
    for (let look = 0; look < 5; look++) {
      await other.relayStore.observe();
      await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    }
    expect(await counted()).toBe(before);
  });
});
