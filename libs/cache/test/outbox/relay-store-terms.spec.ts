import { describe, expect, it } from '@jest/globals';
import type { RedisStore } from '@gad/cache/store';
import { until } from '../support/fixtures.js';
import { relayStoresForTests, turnOf } from '../support/relay-stores.js';

const stores = relayStoresForTests();
const { server, takeOverLead } = stores;

describe('A server that went back in time over the same connection', () => {
  it('a round does not end on a server that knows its cursor and lacks its last heartbeat', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const past = await server.command('ZSCORE', 'gad:\0relay', 'beat');
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const turn = await turnOf(stores.mine);
    await server.command('ZADD', 'gad:\0relay', 'XX', String(past), 'beat');
    expect(await stores.mine.relayStore.endRound(turn, 'L 2:2:')).toBe('conflict');
  });

  it('a round does not end on a server that became primary again meanwhile', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const turn = await turnOf(stores.mine);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await stores.mine.relayStore.endRound(turn, 'L 2:2:')).toBe('conflict');
    expect((await turnOf(stores.mine)).cursor).toBe('L 1:1:');
  });

  it('a heartbeat that went back begins a new term, and one that went on does not', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const past = await server.command('ZSCORE', 'gad:\0relay', 'beat');
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const { term } = await stores.other.relayStore.observe();
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    expect((await stores.other.relayStore.observe()).term).toBe(term);
    await server.command('ZADD', 'gad:\0relay', 'XX', String(past), 'beat');
    expect((await stores.other.relayStore.observe()).term).not.toBe(term);
  });

  it('a promotion that no look could fall into begins a new term, also for a look at a new heartbeat', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const { term } = await stores.other.relayStore.observe();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    expect((await stores.other.relayStore.observe()).term).not.toBe(term);
  });

  it('lost bookkeeping begins no new term: what is empty lacks no removal', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const { term } = await stores.other.relayStore.observe();
    await server.command('FLUSHALL');
    expect(await stores.other.relayStore.observe()).toMatchObject({ term, heartbeat: undefined });
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
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    await stores.other.relayStore.observe();
    const seen = await stores.other.relayStore.observe();
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    let next = seen;
    const look = async (): Promise<unknown> => (next = await stores.other.relayStore.observe());
    expect(await scripts(look)).toBe(0);
    expect(next).toMatchObject({ cursor: 'L 1:1:', term: seen.term, primaryAt: seen.primaryAt });
    expect(next.heartbeat).not.toBe(seen.heartbeat);
    expect(await scripts(look)).toBe(1);
  });

  it('a round that follows another at once is one script', async () => {
    await stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 1:1:');
    const round = async (): Promise<unknown> =>
      stores.mine.relayStore.endRound(await turnOf(stores.mine), 'L 2:2:');
    expect(await scripts(round)).toBe(1);
    expect((await turnOf(stores.mine)).cursor).toBe('L 2:2:');
  });

  it('a round that began with the end of another is as long as it waited for the log, and no longer', async () => {
    const first = await turnOf(stores.mine);
    await stores.mine.relayStore.endRound(first, 'L 1:1:');
    const next = await turnOf(stores.mine);
    expect(next.startedAt).toBeGreaterThanOrEqual(first.startedAt);
    expect(next.startedAt).toBeLessThanOrEqual(Date.now());
  });

  it('a relay whose lead another one took begins its next round by asking for it', async () => {
    const slow = await turnOf(stores.mine);
    await takeOverLead();
    await turnOf(stores.other);
    expect(await stores.mine.relayStore.endRound(slow, 'L 1:1:')).toBe('fresh');
    expect(await stores.mine.relayStore.beginRound()).toBeUndefined();
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
    await stores.mine.relayStore.observe();
    await server.command('ZADD', 'gad:\0relay', 'XX', '1', 'since');
    expect(await ageOf(stores.mine)).toBeGreaterThan(HOUR_MS);
  };

  it('the age of the primary is the same on every connection', async () => {
    await growOld();
    expect(await ageOf(stores.other)).toBeGreaterThan(HOUR_MS);
  });

  it('the age of the primary begins again with a restart, whatever the dump says', async () => {
    await growOld();
    await server.command('SAVE');
    await server.kill();
    await server.start();
    await until(() => stores.mine.connected);
    expect(await ageOf(stores.mine)).toBeLessThan(HOUR_MS);
  });

  it('the age of the primary begins again with a promotion, whatever the former primary said', async () => {
    await growOld();
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await server.command('REPLICAOF', 'NO', 'ONE');
    expect(await ageOf(stores.mine)).toBeLessThan(HOUR_MS);
  });

  it('the age of the primary begins again when the bookkeeping is lost, or lies in the future', async () => {
    await growOld();
    await server.command('FLUSHALL');
    expect(await ageOf(stores.mine)).toBeLessThan(HOUR_MS);
    await server.command('ZADD', 'gad:\0relay', 'XX', String(Date.now() + HOUR_MS), 'since');
    expect(await ageOf(stores.mine)).toBeGreaterThanOrEqual(0);
  });
});
