import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisStore, RelayRound } from '@gad/cache/store';
import { openRedisStore, until } from '../support/fixtures.js';
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';

let server: RedisServer;
let mine: RedisStore;
let other: RedisStore;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
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

describe('A server that went back in time over the same connection', () => {
  it('a round does not end on a server that knows its cursor and lacks its last heartbeat', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const past = await server.command('ZSCORE', 'gad:\0relay', 'beat');
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const turn = await turnOf(mine);
    await server.command('ZADD', 'gad:\0relay', 'XX', String(past), 'beat');
    expect(await mine.relayStore.endRound(turn, 'L 2:2:')).toBe('conflict');
  });

  it('a round does not end on a server that became primary again meanwhile', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const turn = await turnOf(mine);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await mine.relayStore.endRound(turn, 'L 2:2:')).toBe('conflict');
    expect((await turnOf(mine)).cursor).toBe('L 1:1:');
  });

  it('a heartbeat that went back begins a new term, and one that went on does not', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const past = await server.command('ZSCORE', 'gad:\0relay', 'beat');
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const { term } = await other.relayStore.observe();
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    expect((await other.relayStore.observe()).term).toBe(term);
    await server.command('ZADD', 'gad:\0relay', 'XX', String(past), 'beat');
    expect((await other.relayStore.observe()).term).not.toBe(term);
  });

  it('a promotion that no look could fall into begins a new term, also for a look at a new heartbeat', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const { term } = await other.relayStore.observe();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    expect((await other.relayStore.observe()).term).not.toBe(term);
  });

  it('lost bookkeeping begins no new term: what is empty lacks no removal', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const { term } = await other.relayStore.observe();
    await server.command('FLUSHALL');
    expect(await other.relayStore.observe()).toMatchObject({ term, heartbeat: undefined });
  });
});

describe('What the bookkeeping costs', () => {
  const calls = async (name: string): Promise<number> => {
    const stats = String(await server.command('INFO', 'commandstats'));
    return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  };
  const scripts = async (run: () => Promise<unknown>): Promise<number> => {
    const counted = async (): Promise<number> => (await calls('eval')) + (await calls('evalsha'));
    const before = await counted();
    await run();
    return (await counted()) - before;
  };

  it('a look that finds a new heartbeat runs no script, and one that finds none runs one', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    await other.relayStore.observe();
    const seen = await other.relayStore.observe();
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    let next = seen;
    const look = async (): Promise<unknown> => (next = await other.relayStore.observe());
    expect(await scripts(look)).toBe(0);
    expect(next).toMatchObject({ cursor: 'L 1:1:', term: seen.term, primaryAt: seen.primaryAt });
    expect(next.heartbeat).not.toBe(seen.heartbeat);
    expect(await scripts(look)).toBe(1);
  });

  it('a round that follows another at once is one script', async () => {
    await mine.relayStore.endRound(await turnOf(mine), 'L 1:1:');
    const round = async (): Promise<unknown> =>
      mine.relayStore.endRound(await turnOf(mine), 'L 2:2:');
    expect(await scripts(round)).toBe(1);
    expect((await turnOf(mine)).cursor).toBe('L 2:2:');
  });

  it('a round that began with the end of another is as long as it waited for the log, and no longer', async () => {
    const first = await turnOf(mine);
    await mine.relayStore.endRound(first, 'L 1:1:');
    const next = await turnOf(mine);
    expect(next.startedAt).toBeGreaterThanOrEqual(first.startedAt);
    expect(next.startedAt).toBeLessThanOrEqual(Date.now());
  });

  it('a relay whose lead another one took begins its next round by asking for it', async () => {
    const slow = await turnOf(mine);
    await takeOverLead();
    await turnOf(other);
    expect(await mine.relayStore.endRound(slow, 'L 1:1:')).toBe('fresh');
    expect(await mine.relayStore.beginRound()).toBeUndefined();
  });
});

describe('The age of the primary', () => {
  const HOUR_MS = 3_600_000;
  const ageOf = async (store: RedisStore): Promise<number> => {
    const { primaryAt } = await store.relayStore.observe();
    return performance.now() - primaryAt;
  };
  /** It has been primary for as long as there have been clocks. */
  const growOld = async (): Promise<void> => {
    await mine.relayStore.observe();
    await server.command('ZADD', 'gad:\0relay', 'XX', '1', 'since');
    expect(await ageOf(mine)).toBeGreaterThan(HOUR_MS);
  };

  it('the age of the primary is the same on every connection', async () => {
    await growOld();
    expect(await ageOf(other)).toBeGreaterThan(HOUR_MS);
  });

  it('the age of the primary begins again with a restart, whatever the dump says', async () => {
    await growOld();
    await server.command('SAVE');
    await server.kill();
    await server.start();
    await until(() => mine.connected);
    expect(await ageOf(mine)).toBeLessThan(HOUR_MS);
  });

  it('the age of the primary begins again with a promotion, whatever the former primary said', async () => {
    await growOld();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await ageOf(mine)).toBeLessThan(HOUR_MS);
  });

  it('the age of the primary begins again when the bookkeeping is lost, or lies in the future', async () => {
    await growOld();
    await server.command('FLUSHALL');
    expect(await ageOf(mine)).toBeLessThan(HOUR_MS);
    await server.command('ZADD', 'gad:\0relay', 'XX', String(Date.now() + HOUR_MS), 'since');
    expect(await ageOf(mine)).toBeGreaterThanOrEqual(0);
  });
});
