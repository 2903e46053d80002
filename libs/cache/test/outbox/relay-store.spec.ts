import { describe, expect, it } from '@jest/globals';
import { ALL_KEYS, markOf, selectKeys } from '../../src/keys/key-selection.js';
import { until } from '../support/fixtures.js';
import { relayStoresForTests, turnOf } from '../support/relay-stores.js';

const stores = relayStoresForTests();
const { server, takeOverLead } = stores;

describe('The lead', () => {
  it('the lead is held by one relay and renewed by its rounds', async () => {
    expect(await stores.mine.relayStore.beginRound()).toBeDefined();
    expect(await stores.mine.relayStore.beginRound()).toBeDefined();
    expect(await stores.other.relayStore.beginRound()).toBeUndefined();
  });

  it('the lead passes on at once when its holder resigns, and not when another process does', async () => {
    await turnOf(stores.mine);
    await stores.other.relayStore.resign();
    expect(await stores.other.relayStore.beginRound()).toBeUndefined();
    await stores.mine.relayStore.resign();
    expect(await stores.other.relayStore.beginRound()).toBeDefined();
  });

  it('a lead that ends impossibly late is void, as a clock was set back', async () => {
    await turnOf(stores.mine);
    const inAnHour = String(Date.now() + 3_600_000);
    await server.command('ZADD', 'gad:\0relay', inAnHour, 'lease');
    expect(await stores.other.relayStore.beginRound()).toBeDefined();
  });
});

describe('The cursor', () => {
  it('the cursor is unknown at first, and then where the last round left it, for every process', async () => {
    const first = await turnOf(stores.mine);
    expect(first.cursor).toBeUndefined();
    expect(await stores.mine.relayStore.endRound(first, 'L 1:1:')).toBe('fresh');
    expect((await turnOf(stores.mine)).cursor).toBe('L 1:1:');
    expect((await stores.other.relayStore.observe()).cursor).toBe('L 1:1:');
    await stores.mine.relayStore.resign();
    expect((await turnOf(stores.other)).cursor).toBe('L 1:1:');
  });

  it('the cursor is not moved by a round that began before another round moved it', async () => {
    const slow = await turnOf(stores.mine);
    await takeOverLead();
    expect(await stores.other.relayStore.endRound(await turnOf(stores.other), 'L 2:2:')).toBe(
      'fresh',
    );
    const { heartbeat } = await stores.other.relayStore.observe();
    expect(await stores.mine.relayStore.endRound(slow, 'L 1:1:')).toBe('conflict');
    expect(await stores.other.relayStore.observe()).toMatchObject({ cursor: 'L 2:2:', heartbeat });
  });

  it('the cursor is not moved after the store has lost everything', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const turn = await turnOf(stores.mine);
    await server.command('FLUSHALL');
    expect(await stores.mine.relayStore.endRound(turn, 'L 2:2:')).toBe('conflict');
    expect((await turnOf(stores.mine)).cursor).toBeUndefined();
  });

  it('the cursor is unknown when its text or the bookkeeping is gone', async () => {
    for (const key of ['gad:\0cursor', 'gad:\0relay']) {
      await stores.mine.relayStore.endRound(
        await turnOf(stores.mine),
        `L ${String(key.length)}:1:`,
      );
      await server.command('DEL', key);
      await takeOverLead();
      const seen = await turnOf(stores.other);
      expect(seen.cursor).toBeUndefined();
      await stores.other.relayStore.resign();
    }
  });

  it('the cursor is not moved on another connection than the one the round began on', async () => {
    const turn = await turnOf(stores.mine);
    const { generation } = stores.mine.relayStore;
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() => stores.mine.relayStore.generation !== generation && stores.mine.connected);
    expect(await stores.mine.relayStore.endRound(turn, 'L 1:1:')).toBe('conflict');
    expect((await stores.mine.relayStore.observe()).cursor).toBeUndefined();
  });

  it('the cursor comes back with what the store restores', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    await server.command('SAVE');
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 2:2:');
    await server.kill();
    await server.start();
    await until(() => stores.mine.connected && stores.other.connected);
    await takeOverLead();
    expect((await turnOf(stores.mine)).cursor).toBe('L 1:1:');
  });

  it('the cursor survives a clear, which leaves the bookkeeping alone', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    await stores.mine.write('a', '1', undefined, 1_000);
    expect(await stores.mine.remove(ALL_KEYS)).toBe(1);
    expect((await turnOf(stores.mine)).cursor).toBe('L 1:1:');
  });
});

describe('A round whose removals the writers have made', () => {
  const KEY = selectKeys(['a']);
  const marks = (...positions: string[]): string[] =>
    positions.map((position) => markOf(KEY, position));

  it('a round that finds every mark moves the cursor, gives a heartbeat, and drops the marks', async () => {
    await stores.mine.remove(KEY, { committed: 'L 1' });
    await stores.mine.remove(KEY, { committed: 'L 2' });
    await stores.mine.remove(KEY, { committed: 'L 3' });
    const end = await stores.mine.relayStore.endMarkedRound(
      await turnOf(stores.mine),
      'L 2:2:',
      marks('L 1', 'L 2'),
    );
    expect(end).toBe('fresh');
    expect(await stores.other.relayStore.observe()).toMatchObject({
      cursor: 'L 2:2:',
      heartbeat: expect.any(String),
    });
    expect(await server.command('ZRANGE', 'gad:\0marks', '0', '-1')).toEqual(marks('L 3'));
  });

  it('a round that misses a mark moves nothing, drops no mark, and may go on', async () => {
    await stores.mine.remove(KEY, { committed: 'L 1' });
    const turn = await turnOf(stores.mine);
    const end = await stores.mine.relayStore.endMarkedRound(turn, 'L 2:2:', marks('L 1', 'L 2'));
    expect(end).toBe('unmarked');
    const seen = await stores.other.relayStore.observe();
    expect([seen.cursor, seen.heartbeat]).toEqual([undefined, undefined]);
    expect(await server.command('ZRANGE', 'gad:\0marks', '0', '-1')).toEqual(marks('L 1'));
    expect(await stores.mine.relayStore.endRound(turn, 'L 2:2:')).toBe('fresh');
  });

  it('a round that began before another round moved the cursor drops no mark', async () => {
    await stores.mine.remove(KEY, { committed: 'L 1' });
    const slow = await turnOf(stores.mine);
    await takeOverLead();
    await stores.other.relayStore.endRound(await turnOf(stores.other), 'L 2:2:');
    expect(await stores.mine.relayStore.endMarkedRound(slow, 'L 1:1:', marks('L 1'))).toBe(
      'conflict',
    );
    expect(await server.command('ZCARD', 'gad:\0marks')).toBe(1);
  });

  it('a round finds no marks when the store has lost everything', async () => {
    await stores.mine.remove(KEY, { committed: 'L 1' });
    await server.command('FLUSHALL');
    const end = await stores.mine.relayStore.endMarkedRound(
      await turnOf(stores.mine),
      'L 1:1:',
      marks('L 1'),
    );
    expect(end).toBe('unmarked');
  });
});

describe('The heartbeat', () => {
  it('the heartbeat changes with every round, also when the cursor stays', async () => {
    const heartbeats = new Set<string | undefined>([
      (await stores.other.relayStore.observe()).heartbeat,
    ]);
    for (let turn = 0; turn < 3; turn++) {
      expect(await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:')).toBe(
        'fresh',
      );
      heartbeats.add((await stores.other.relayStore.observe()).heartbeat);
    }
    expect(heartbeats.size).toBe(4);
    expect(heartbeats.has(undefined)).toBe(true);
  });

  it('a round that was slow by the server’s clock, or ended before it began, gives no heartbeat', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const { heartbeat } = await stores.other.relayStore.observe();
    for (const [offset, cursor] of [
      [-600, 'L 2:2:'],
      [600, 'L 3:3:'],
    ] as const) {
      const turn = await turnOf(stores.mine);
      const displaced = { ...turn, startedAt: turn.startedAt + offset };
      expect(await stores.mine.relayStore.endRound(displaced, cursor)).toBe('slow');
      expect(await stores.other.relayStore.observe()).toMatchObject({ heartbeat, cursor });
    }
  });

  it('the heartbeat goes on when the server is full', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const { heartbeat } = await stores.mine.relayStore.observe();
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(stores.mine.write('a', '1', undefined, 1_000)).rejects.toThrow('OOM');
    expect(await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 2:2:')).toBe(
      'fresh',
    );
    expect((await stores.other.relayStore.observe()).heartbeat).not.toBe(heartbeat);
  });

  it('the heartbeat cannot be seen on a replica, whose copy may be old', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const turn = await turnOf(stores.mine);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(stores.mine.relayStore.observe()).rejects.toThrow('READONLY');
    await expect(stores.mine.relayStore.endRound(turn, 'L 1:1:')).rejects.toThrow('READONLY');
    await expect(stores.mine.relayStore.beginRound()).rejects.toThrow('READONLY');
  });

  it('a look at the heartbeat counts as neither hit nor miss', async () => {
    const counted = async (): Promise<unknown> => {
      const info = String(await server.command('INFO', 'stats'));
      return /keyspace_hits:\d+\s+keyspace_misses:\d+/.exec(info)?.[0];
    };
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    await stores.other.relayStore.observe();
    const before = await counted();
    for (let look = 0; look < 5; look++) {
      await stores.other.relayStore.observe();
      await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    }
    expect(await counted()).toBe(before);
  });
});
