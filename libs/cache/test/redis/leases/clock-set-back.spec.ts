import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '@gad/cache/store';
import { MemoryStore } from '@gad/cache/store';
import { openRedisStore } from '../../support/fixtures.js';
import { redisForTests } from '../../support/redis-server.js';

const TERMS = { leaseMs: 2_000, replace: false };
const TURN = { leaseMs: 2_000, force: false };
const HOUR_MS = 3_600_000;
const TOKEN = 'tokentokentokentoken22';
const HEAD = '\x02head';
const VALUE = `${HEAD} and the value`;

const server = redisForTests();
beforeEach(() => server.command('FLUSHDB'));

/** What a lease taken before the server's clock was set back by so much looks like behind it. */
async function plantLease(aheadMs: number, flag = '0'): Promise<void> {
  const [seconds] = (await server.command('TIME')) as [string];
  const deadline = String(Number(seconds) * 1_000 + aheadMs).padStart(13, '0');
  const text = `\x01${flag}${TOKEN}${deadline}`;
  await server.command('SET', 'gad:k', text, 'PX', String(aheadMs + 20_000));
}

describe('In Redis, whose clock was set back,', () => {
  it.each([
    ['an hour', HOUR_MS, '0'],
    ['an hour, awaited', HOUR_MS, '1'],
    ['a little more than any lease', 4_000, '0'],
  ])(
    'after a clock was set back a lease that ends impossibly late (%s) is taken over',
    async (_, ms, flag) => {
      const store = await openRedisStore(server);
      await plantLease(ms, flag);
      const answer = await store.acquire('k', TERMS, 1_000);
      // The token is adopted: the load under way may still store.
      expect(answer).toMatchObject({ state: 'owned', lease: { token: TOKEN } });
      expect(await store.acquire('k', TERMS, 1_000)).toMatchObject({ state: 'wait' });
      if (answer.state !== 'owned') throw new Error('not leased');
      expect(await store.fill(answer.lease, '1', undefined, 1_000)).toBe(true);
      await store.close();
    },
  );

  it('a lease that may be right is waited for', async () => {
    const store = await openRedisStore(server);
    await plantLease(1_000);
    expect(await store.acquire('k', TERMS, 1_000)).toMatchObject({ state: 'wait' });
    await store.close();
  });

  it.each([
    ['of a load', '0another', HOUR_MS],
    ['of an awaited load', '1another', 4_000],
    ['of a rest', '2another', HOUR_MS],
    ['of a hit-for-miss marker', `2!${HEAD}`, HOUR_MS],
    ['without an end', '0another', undefined],
  ])(
    'after a clock was set back a refresh lease that ends impossibly late (%s) is taken over',
    async (_, turn, ms) => {
      const store = await openRedisStore(server);
      await store.write('k', VALUE, undefined, 1_000);
      const life = ms === undefined ? [] : ['PX', String(ms)];
      await server.command('SET', 'gad:\0refresh:k', turn, ...life);
      const terms = { ...TURN, background: true };
      expect(await store.acquireRefresh('k', HEAD, terms, 1_000)).toMatchObject({ state: 'owned' });
      expect(await store.acquireRefresh('k', HEAD, terms, 1_000)).toMatchObject({ state: 'wait' });
      await store.close();
    },
  );
});

describe('The index of a server whose clock was set back', () => {
  it('the index is rebuilt after a clock was set back, though a rebuild seems to have just begun', async () => {
    await server.command('ZADD', 'gad:\0index', '0', '\0r9999999999999nonce');
    const store = await openRedisStore(server);
    await server.command('SET', 'gad:k', '1');
    expect((await store.list(undefined, undefined, 10)).items).toHaveLength(1);
    const members = (await server.command('ZRANGE', 'gad:\0index', '0', '-1')) as string[];
    expect(members.filter((member) => member.startsWith('\0s'))).toHaveLength(1);
    await store.close();
  });
});

describe('In a process whose clock was set back,', () => {
  function store(): { store: MemoryStore; setTo: (ms: number) => void } {
    let now = HOUR_MS;
    const clock: Clock = { now: () => now, after: () => () => undefined };
    return { store: new MemoryStore({ clock }), setTo: (ms) => void (now = ms) };
  }

  it('in a process whose clock was set back an impossibly late lease is taken over', async () => {
    const { store: memory, setTo } = store();
    const before = await memory.acquire('k', TERMS);
    expect(await memory.acquire('k', TERMS)).toMatchObject({ state: 'wait' });
    setTo(0);
    const after = await memory.acquire('k', TERMS);
    if (before.state !== 'owned' || after.state !== 'owned') throw new Error('not leased');
    expect(await memory.fill(before.lease, '1', undefined)).toBe(true);
  });

  it.each([0, 2_000])(
    'in a process whose clock was set back a refresh lease or cooldown (of %d ms) ends',
    async (restMs) => {
      const { store: memory, setTo } = store();
      await memory.write('k', VALUE, undefined);
      const turn = await memory.acquireRefresh('k', HEAD, TURN);
      if (turn.state !== 'owned') throw new Error('not taken');
      if (restMs > 0) await memory.releaseRefresh(turn.refresh, restMs, 0);
      setTo(0);
      expect(await memory.acquireRefresh('k', HEAD, TURN)).toMatchObject({ state: 'owned' });
      expect(await memory.acquireRefresh('k', HEAD, TURN)).toMatchObject({ state: 'wait' });
    },
  );
});
