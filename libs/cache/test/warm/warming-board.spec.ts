import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheStore, WarmingBoard } from '@gad/cache/store';
import { MemoryStore } from '@gad/cache/store';
import { ownRedis } from '../../../../test/servers/suite-servers.js';
import { createClient } from 'redis';
import { RedisStore, silentLog } from '@gad/cache/store';

const LONG_MS = 60_000;

describe.each(['redis', 'memory'] as const)('The board of warming in the %s store', (kind) => {
  let store: CacheStore;
  let board: WarmingBoard;
  beforeEach(async () => {
    if (kind === 'memory') store = new MemoryStore();
    else {
      const url = await ownRedis();
      const client = await createClient({ url }).connect();
      await client.flushDb();
      client.destroy();
      store = new RedisStore({ settings: { url }, prefix: 'gad:', logger: silentLog });
    }
    await store.open();
    if (store.warming === undefined) throw new Error('the store knows no warming');
    board = store.warming;
  });
  afterEach(() => store.close());

  it('one holder begins a run, and another learns of it', async () => {
    expect(await board.begin('a', LONG_MS, 'run 1')).toBeUndefined();
    expect(await board.begin('b', LONG_MS, 'run 2')).toBe('run 1');
    expect(await board.takeOver('b', LONG_MS)).toBe('running');
    expect(await board.read()).toEqual({ run: 'run 1', results: [], warmed: false });
  });

  it('a run whose holder gives no sign of life is taken over with its progress, once', async () => {
    await board.begin('a', LONG_MS, 'run 1');
    expect(await board.save('a', 0, 'run 1, half')).toBe('kept');
    const [one, other] = [await board.takeOver('b', LONG_MS), await board.takeOver('c', LONG_MS)];
    expect([one, other]).toEqual([{ run: 'run 1, half' }, 'running']);
    expect(await board.save('a', LONG_MS, 'late')).toBe('lost');
    await board.end('a', 'late', true);
    expect(await board.read()).toMatchObject({ run: 'run 1, half', warmed: false, results: [] });
  });

  it('a run that ends leaves its result, and the mark that the cache was warmed', async () => {
    expect(await board.takeOver('a', LONG_MS)).toBe('none');
    for (let n = 0; n < 12; n++) {
      await board.begin('a', LONG_MS, `run ${n}`);
      await board.end('a', `result ${n}`, n > 0);
    }
    const { run, warmed, results } = await board.read();
    expect([run, warmed, results.length]).toEqual([undefined, true, 10]);
    expect(results.slice(0, 2)).toEqual(['result 11', 'result 10']);
    expect(await board.takeOver('a', LONG_MS)).toBe('none');
  });

  it('the holder of a run is asked to stop; that of the next run is not', async () => {
    expect(await board.abort()).toBe(false);
    await board.begin('a', LONG_MS, 'run 1');
    expect(await board.abort()).toBe(true);
    expect(await board.save('a', LONG_MS, 'run 1')).toBe('aborted');
    await board.end('a', 'result', false);
    await board.begin('b', LONG_MS, 'run 2');
    expect(await board.save('b', LONG_MS, 'run 2')).toBe('kept');
  });

  it('the keys with the most reads are kept, 500 at most', async () => {
    await board.addReads(Array.from({ length: 600 }, (_, n) => [`k:${n}`, 600 - n] as const));
    await board.addReads([['k:300', 1_000]]);
    const keys = await board.frequentKeys(1_000);
    expect(keys).toHaveLength(500);
    expect(keys.slice(0, 3)).toEqual(['k:300', 'k:0', 'k:1']);
    expect(await board.frequentKeys(2)).toEqual(['k:300', 'k:0']);
  });

  it('the bookkeeping is no key of the cache, and is not cleared with it', async () => {
    await board.begin('a', LONG_MS, 'run 1');
    await board.addReads([['k:1', 1]]);
    expect((await store.list(undefined, undefined, 10)).items).toEqual([]);
    await store.remove({ kind: 'all' });
    expect(await board.read()).toMatchObject({ run: 'run 1' });
    expect(await board.frequentKeys(10)).toEqual(['k:1']);
  });
});

it('of several processes one refreshes frequent keys, until it does not come again', async () => {
  const url = await ownRedis();
  const store = new RedisStore({ settings: { url }, prefix: 'one:', logger: silentLog });
  await store.open();
  const { warming } = store;
  expect(await warming.refreshes('a', LONG_MS)).toBe(true);
  expect(await warming.refreshes('b', LONG_MS)).toBe(false);
  expect(await warming.refreshes('a', 0)).toBe(true);
  expect(await warming.refreshes('b', LONG_MS)).toBe(true);
  expect(await warming.refreshes('a', LONG_MS)).toBe(false);
  await store.close();
});
