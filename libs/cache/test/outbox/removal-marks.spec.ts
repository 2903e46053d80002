import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_KEYS, selectKeys, selectPattern } from '../../src/keys/key-selection.js';
import type { CacheStore, RedisStore } from '@gad/cache/store';
import { MemoryStore } from '@gad/cache/store';
import { marksOf } from '../../src/outbox/apply-invalidations.js';
import { engineOver, openRedisStore, until } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';

const MS = 10_000;
const MARKS = 'gad:\0marks';
const KEY = selectPattern('a:1');
const PREFIX = selectPattern('a:*');

const { pairs, server } = storePairs();

/** What a writer does after its commit, and the reader after it. */
async function removeAndRefill(store: CacheStore, position: string): Promise<void> {
  await store.write('a:1', 'old', undefined, MS);
  expect(await store.remove(PREFIX, { committed: position })).toBe(1);
  expect(await store.remove(KEY, { committed: position })).toBe(0);
  await store.write('a:1', 'new', undefined, MS);
}

/** What a relay does with the events of these writes. */
const apply = (store: CacheStore, ...unlessMarked: string[]): Promise<number> =>
  store.remove(PREFIX, { unlessMarked, awaitAcks: false });

describe.each(pairs)('A mark in the %s', (_, open) => {
  let writer: CacheStore;
  let relay: CacheStore;
  beforeEach(async () => {
    [writer, relay] = await open();
    await until(() => writer.connected && relay.connected);
    if (writer.kind === 'redis') await indexed();
  });
  afterEach(() => Promise.all([writer.close(), relay.close()]));

  it('a mark lets the relay leave out the removal that the writer has made', async () => {
    await removeAndRefill(writer, 'L 1');
    expect(await apply(relay, 'L 1')).toBe(0);
    expect(await relay.remove(KEY, { unlessMarked: ['L 1'] })).toBe(0);
    expect(await relay.read('a:1', MS)).toBe('new');
  });

  it('a mark does not stand for another write', async () => {
    await removeAndRefill(writer, 'L 1');
    expect(await apply(relay, 'L 2')).toBe(1);
  });

  it('a mark does not stand for the other writes that need the same removal', async () => {
    await removeAndRefill(writer, 'L 1');
    expect(await apply(relay, 'L 1', 'L 2')).toBe(1);
  });

  it('a mark does not stand for another selection of the same write', async () => {
    await writer.write('a:1', 'old', undefined, MS);
    await writer.remove(selectPattern('a:2'), { committed: 'L 1' });
    expect(await relay.remove(KEY, { unlessMarked: ['L 1'] })).toBe(1);
    await writer.write('a:1', 'old', undefined, MS);
    expect(await apply(relay, 'L 1')).toBe(1);
  });

  it('a mark is left by no removal without a position, however often it is made', async () => {
    await writer.remove(PREFIX);
    await writer.remove(PREFIX, { unlessMarked: ['L 1'] });
    await writer.write('a:1', 'old', undefined, MS);
    expect(await apply(relay, 'L 1')).toBe(1);
  });

  it('a mark does not keep a removal without positions from being made', async () => {
    await removeAndRefill(writer, 'L 1');
    expect(await apply(relay)).toBe(1);
  });

  it('a mark of each line does not stand for a position of several lines', async () => {
    await removeAndRefill(writer, 'L 1');
    await writer.remove(PREFIX, { committed: 'L 2' });
    await writer.write('a:1', 'old', undefined, MS);
    expect(await apply(relay, 'L 1\nL 2')).toBe(1);
  });
});

describe('The marks of a batch', () => {
  const entry = (pattern: string, position: string) => ({ pattern, position });

  it('the marks of a batch are those of its patterns and positions, each once', () => {
    expect(marksOf([entry('a', 'L 1'), entry('a', 'L 1'), entry('b:*', 'L 2')])).toEqual([
      'L 1\nka',
      'L 2\ngb:*',
    ]);
  });

  it('the marks of a batch are none when a removal has to be made, or when they are too many', () => {
    expect(marksOf([entry('a', 'L 1'), 'b'])).toEqual([]);
    expect(marksOf('everything')).toEqual([]);
    expect(marksOf(Array.from({ length: 1_001 }, (_, n) => entry('a', `L ${n}`)))).toEqual([]);
  });
});

describe('The marks in the in-process store', () => {
  it('the marks in the in-process store are bounded in number, the oldest going first', async () => {
    const store = new MemoryStore();
    const committed = Array.from({ length: 10_001 }, (_, n) => `L ${n}`);
    await Promise.all(committed.map((each) => store.remove(KEY, { committed: each })));
    await store.write('a:1', 'new', undefined);
    expect(await store.remove(KEY, { unlessMarked: ['L 1'] })).toBe(0);
    expect(await store.remove(KEY, { unlessMarked: ['L 0'] })).toBe(1);
  });
});

/** Resolves when the index knows all keys: until then a pattern is not removed by one script. */
async function indexed(): Promise<void> {
  for (;;) {
    const seal = await server().command('ZRANGEBYLEX', 'gad:\0index', '[\0s', '(\0t');
    if (Array.isArray(seal) && seal.length > 0) return;
  }
}

const marks = async (): Promise<number> => Number(await server().command('ZCARD', MARKS));

describe('The marks in Redis', () => {
  let store: RedisStore;
  beforeEach(async () => {
    await server().command('CONFIG', 'SET', 'maxmemory', '0');
    await server().command('FLUSHALL');
    store = await openRedisStore(server());
    await indexed();
  });
  afterEach(async () => {
    await server().command('CONFIG', 'SET', 'maxmemory', '0');
    await store.close();
  });

  const restart = async (): Promise<void> => {
    await server().kill();
    await server().start();
    await until(() => store.connected);
  };

  it('the marks are lost with the removals when the server is flushed, so the relay removes', async () => {
    await removeAndRefill(store, 'L 1');
    await server().command('FLUSHALL');
    await store.write('a:1', 'old', undefined, MS);
    expect(await store.remove(KEY, { unlessMarked: ['L 1'] })).toBe(1);
  });

  it('the marks of later removals are not in an older dump, so the relay removes what it brings back', async () => {
    await store.write('a:1', 'old', undefined, MS);
    await server().command('SAVE');
    await removeAndRefill(store, 'L 1');
    await restart();
    expect(await store.read('a:1', MS)).toBe('old');
    expect(await apply(store, 'L 1')).toBe(1);
  });

  it('the marks in a dump were made before it, so what the dump holds was stored after the removal', async () => {
    await removeAndRefill(store, 'L 1');
    await server().command('SAVE');
    await restart();
    await indexed();
    expect(await apply(store, 'L 1')).toBe(0);
    expect(await store.read('a:1', MS)).toBe('new');
  });

  it('the marks cover no removal that took several scripts, as the server may be another one by the second', async () => {
    const keys = Array.from({ length: 200 }, (_, n) => `a:${n}`);
    await Promise.all(keys.map((key) => store.write(key, 'old', undefined, MS)));
    expect(await store.remove(PREFIX, { committed: 'L 1' })).toBe(200);
    await Promise.all(keys.map((key) => store.write(key, 'old', undefined, MS)));
    expect(await store.remove(selectKeys(keys), { committed: 'L 1' })).toBe(200);
    await store.remove(selectPattern('*:1'), { committed: 'L 1' });
    await store.remove(ALL_KEYS, { committed: 'L 1' });
    expect(await marks()).toBe(0);
  });

  it('the marks cover no removal by an index that does not know all keys', async () => {
    await server().command('DEL', 'gad:\0index');
    await store.remove(PREFIX, { committed: 'L 1' });
    expect(await marks()).toBe(0);
  });

  it('the marks cover no removal whose announcement failed', async () => {
    // A sequence makes the script publish, and its type makes that fail.
    await server().command('SET', 'gad:\0removals', 'no sorted set');
    for (const selection of [KEY, PREFIX]) {
      await expect(store.remove(selection, { committed: 'L 1' })).rejects.toThrow();
    }
    expect(await marks()).toBe(0);
  });

  it('the marks do not keep a full server from removing', async () => {
    await store.write('a:1', 'old', undefined, MS);
    await server().command('CONFIG', 'SET', 'maxmemory', '1');
    expect(await apply(store, 'L 1')).toBe(1);
    expect(await store.remove(PREFIX, { committed: 'L 2' })).toBe(0);
    expect(await store.remove(KEY, { unlessMarked: ['L 1'] })).toBe(0);
  });

  it('the marks are left by writes in a log alone, because only its relay asks for them', async () => {
    await engineOver(store).invalidate(['a:1'], { position: 'L 1', committedAt: 0 });
    expect(await marks()).toBe(0);
  });

  it('the marks are bounded in number, the oldest going first, and end after a minute', async () => {
    const many = Array.from({ length: 10_050 }, (_, n) => [String(n), `L ${n}`]).flat();
    await server().command('ZADD', MARKS, ...many);
    await store.remove(PREFIX, { committed: 'L 1' });
    expect(await marks()).toBe(10_000);
    expect(await server().command('ZSCORE', MARKS, 'L 0')).toBeNull();
    expect(await server().command('PTTL', MARKS)).toBeGreaterThan(0);
    expect(await server().command('PTTL', MARKS)).toBeLessThanOrEqual(60_000);
    await store.write('a:1', 'new', undefined, MS);
    expect(await apply(store, 'L 1')).toBe(0);
  });

  it('the marks count as neither hit nor miss when the relay looks for them', async () => {
    const counted = async (): Promise<unknown> => {
      const info = String(await server().command('INFO', 'stats'));
      return /keyspace_hits:\d+\s+keyspace_misses:\d+/.exec(info)?.[0];
    };
    await store.remove(KEY, { committed: 'L 1' });
    const before = await counted();
    await store.remove(KEY, { unlessMarked: ['L 1'] });
    await store.remove(KEY, { unlessMarked: ['L 2'] });
    expect(await counted()).toBe(before);
  });
});
