import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_KEYS, selectKeys, selectPattern } from '../../src/keys/key-selection.js';
import { encodeEnvelope, envelopeHead } from '../../src/values/envelope.js';
import { openRedisStore, until } from '../support/fixtures.js';
import { redisForTests } from '../support/redis-server.js';
import type { CoherentProcess } from '../support/near-cache-process.js';
import { readyProcess } from '../support/near-cache-process.js';

const KEY = 'stats:user:2:days:30';
const STATE = 'gad:\0removals';

describe('Copies in one process', () => {
  const server = redisForTests();

  let reader: CoherentProcess;
  let writer: CoherentProcess;
  beforeEach(async () => {
    await server.command('FLUSHALL');
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    reader = await readyProcess(server);
    writer = await readyProcess(server);
    // Both know the sequence that there is now, not one that the other has just made.
    await until(() => reader.readable && writer.readable);
  });
  afterEach(() => Promise.all([reader.store.close(), writer.store.close()]));

  const gone = (key: string): Promise<void> => until(() => reader.copy(key) === undefined);

  it.each<[string, (store: CoherentProcess['store']) => Promise<unknown>]>([
    ['its key', (store) => store.remove(selectKeys(['a', KEY]))],
    ['a prefix', (store) => store.remove(selectPattern('stats:user:2:*'))],
    ['a glob', (store) => store.remove(selectPattern('stats:*:30'))],
    ['a pattern without wildcards', (store) => store.remove(selectPattern(KEY))],
    ['everything', (store) => store.remove(ALL_KEYS)],
    ['a new value', (store) => store.write(KEY, '2', undefined, 1_000)],
    ['a refreshed value', (store) => refill(store)],
    ['a new large value', (store) => store.write(KEY, `"${'x'.repeat(9_000)}"`, 9_000, 1_000)],
  ])('copies go when another process removes %s, and others stay', async (what, remove) => {
    const filling = { id: 'first', staleMs: 0, loadMs: 0, codec: '', payload: '1' };
    await writer.store.write(KEY, encodeEnvelope(filling), undefined, 1_000);
    await writer.store.remove(selectKeys(['sync']));
    reader.keep('sync', 1);
    await writer.store.remove(selectKeys(['sync']));
    await gone('sync');
    reader.keep(KEY, 1);
    reader.keep('other', 2);
    const before = reader.nearCache.figures().flushes;
    await remove(writer.store);
    await gone(KEY);
    expect(reader.copy('other')).toBe(what === 'everything' ? undefined : 2);
    expect(reader.nearCache.figures().flushes).toBe(before);
    expect(reader.store.coherence?.gaps).toBe(0);
  });

  it('copies go even if the store had lost the entry, and its index the name, long before', async () => {
    reader.keep(KEY, 1);
    expect(await writer.store.remove(selectPattern('stats:*'))).toBe(0);
    await gone(KEY);
  });

  it('copies go with a pattern only when all of it is removed; a read in between reads again', async () => {
    const keys = Array.from({ length: 450 }, (_, at) => `stats:${String(at).padStart(4, '0')}`);
    await Promise.all(keys.map((key) => writer.store.write(key, '1', undefined, 1_000)));
    const received = await messages(() => writer.store.remove(selectPattern('stats:*')));
    expect(received).toEqual(['gstats:*']);
    expect(await messages(() => writer.store.remove(selectKeys(keys)))).toEqual(['gstats:0*']);
    expect(await messages(() => writer.store.remove(ALL_KEYS))).toEqual(['a']);
    expect(await messages(() => writer.store.remove(selectPattern('*:1')))).toEqual(['g*:1']);
  });

  it('copies go when a process without copies removes something', async () => {
    const plain = await openRedisStore(server);
    reader.keep(KEY, 1);
    await plain.remove(selectKeys([KEY]));
    await gone(KEY);
    await plain.close();
  });

  it('without copies in any process nothing is published or counted', async () => {
    await Promise.all([reader.store.close(), writer.store.close()]);
    await server.command('FLUSHALL');
    const plain = await openRedisStore(server);
    const received = await messages(async () => {
      await plain.write(KEY, '1', undefined, 1_000);
      await plain.remove(selectKeys([KEY]));
      await plain.remove(selectPattern('stats:*'));
      await plain.remove(selectPattern('*:30'));
      await plain.remove(ALL_KEYS);
    });
    expect(received).toEqual([]);
    expect(await server.command('EXISTS', STATE)).toBe(0);
    await plain.close();
  });

  it('neither probes nor removals change the server’s keyspace figures', async () => {
    await server.command('CONFIG', 'RESETSTAT');
    const probes = await calls('evalsha');
    await writer.store.remove(selectKeys([KEY]));
    await until(() => reader.readable);
    while ((await calls('evalsha')) < probes + 4) await until(() => reader.readable);
    expect(await server.command('INFO', 'stats')).toMatch(
      /keyspace_hits:0\r\nkeyspace_misses:0\r\n/,
    );
  });

  it('all copies go when a message is missing', async () => {
    reader.keep(KEY, 1);
    reader.keep('other', 1);
    // As if another removal had been announced before this one, and its message lost.
    await server.command('ZADD', STATE, 'INCR', '5', 'seq');
    await writer.store.remove(selectKeys(['a']));
    await gone(KEY);
    expect(reader.copy('other')).toBeUndefined();
    await until(() => reader.readable);
  });

  it('copies are not read when the sequence moves and no message comes', async () => {
    reader.keep(KEY, 1);
    await server.command('ZADD', STATE, 'INCR', '5', 'seq');
    await gone(KEY);
    // The subscription that says nothing is replaced.
    await until(() => reader.readable);
    expect(reader.copy(KEY)).toBeUndefined();
  });

  it.each(['FLUSHALL', 'FLUSHDB'])('all copies go at a %s', async (command) => {
    reader.keep(KEY, 1);
    await server.command(command);
    await gone(KEY);
    await until(() => reader.readable);
    expect(reader.copy(KEY)).toBeUndefined();
  });

  it.each(['pubsub', 'normal'])('all copies go when a connection is cut (%s)', async (type) => {
    reader.keep(KEY, 1);
    await server.command('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    await gone(KEY);
    await until(() => reader.readable);
    expect(reader.copy(KEY)).toBeUndefined();
    reader.keep(KEY, 2);
    await until(() => writer.store.connected);
    await writer.store.remove(selectKeys([KEY]));
    await gone(KEY);
  });

  it('copies are not read while the server is frozen, and are valid again when it thaws', async () => {
    reader.keep(KEY, 1);
    await server.freeze();
    await until(() => !reader.readable);
    expect(reader.copy(KEY)).toBeUndefined();
    await server.thaw();
    await until(() => reader.readable);
  });

  it('all copies go when the server restarts empty', async () => {
    reader.keep(KEY, 1);
    await server.kill();
    await gone(KEY);
    await server.start();
    await until(() => reader.readable);
    expect(reader.copy(KEY)).toBeUndefined();
    await until(() => writer.store.connected);
    reader.keep(KEY, 2);
    await writer.store.remove(selectKeys([KEY]));
    await gone(KEY);
  });

  it.each<[string, (store: CoherentProcess['store']) => Promise<unknown>]>([
    ['a key', (store) => store.remove(selectKeys([KEY]))],
    ['a prefix', (store) => store.remove(selectPattern('stats:*'))],
    ['a prefix that nothing has', (store) => store.remove(selectPattern('nothing:*'))],
    ['a glob', (store) => store.remove(selectPattern('*:30'))],
    ['everything', (store) => store.remove(ALL_KEYS)],
  ])('copies go when %s is removed from a server that is full', async (_, remove) => {
    await writer.store.write(KEY, '1', undefined, 1_000);
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(server.command('SET', 'x', '1')).rejects.toThrow('OOM');
    expect(await messages(() => remove(writer.store))).toHaveLength(1);
    // Looks succeed as well: memory is not what they need.
    await until(() => reader.readable);
  });

  /** The refresh of the value that was written before it was copied. */
  async function refill(store: CoherentProcess['store']): Promise<void> {
    const turn = { leaseMs: 1_000, force: true };
    const begun = await store.acquireRefresh(KEY, envelopeHead('first'), turn, 1_000);
    if (begun.state !== 'owned') throw new Error(`no turn: ${begun.state}`);
    expect(await store.refill(begun.refresh, '2', undefined, 1_000)).toBe(true);
  }

  /** What was announced meanwhile, without sequences. */
  async function messages(during: () => Promise<unknown>): Promise<string[]> {
    const { createClient } = await import('redis');
    const client = createClient({ url: server.url });
    await client.connect();
    const received: string[] = [];
    let end = false;
    await client.subscribe('gad:\0removed:0', (message) => {
      if (message === 'end') end = true;
      else received.push(message.split(' ').slice(3).join(' '));
    });
    await during();
    await server.command('PUBLISH', 'gad:\0removed:0', 'end');
    await until(() => end);
    client.destroy();
    return received;
  }

  async function calls(command: string): Promise<number> {
    const text = String(await server.command('INFO', 'commandstats'));
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(text)?.[1] ?? 0);
  }
});
