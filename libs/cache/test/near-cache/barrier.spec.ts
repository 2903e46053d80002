import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_KEYS, selectKeys, selectPattern } from '../../src/keys/key-selection.js';
import { openRedisStore, until } from '../support/fixtures.js';
import { gatedClients } from '../support/gated-client.js';
import type { Gates } from '../support/gates.js';
import { FakeClock, settle } from '@gad/cache/testing';
import { redisForTests } from '../support/redis-server.js';
import type { CoherentProcess } from '../support/near-cache-process.js';
import { BOUND_MS, openProcess, readyProcess } from '../support/near-cache-process.js';

const KEY = 'stats:user:2:days:30';
const STATE = 'gad:\0removals';

const isConfirmation = (call: string): boolean => call.startsWith('PUBLISH gad:\0confirmed');

describe('A removal with the barrier', () => {
  const server = redisForTests();

  /** Its clock is moved by the test only, so without confirmations it waits for ever. */
  let writer: CoherentProcess;
  let time: FakeClock;
  let reader: CoherentProcess;
  let gates: Gates;
  beforeEach(async () => {
    await server.command('FLUSHALL');
    const clients = gatedClients();
    gates = clients.gates;
    reader = await readyProcess(server, { makeClient: clients.makeClient });
    time = new FakeClock();
    writer = await openProcess(server, { barrier: ['stats:'], clock: time });
    await until(() => writer.store.connected);
    await untilSettled();
  });
  afterEach(async () => {
    // What is on its way has its deadlines in a time that does not pass.
    await Promise.all([writer.store.close(), reader.store.close()]);
  });

  /** So that the registry is known to be complete. */
  async function untilSettled(): Promise<void> {
    const { coherence } = writer.store;
    while (coherence?.barrier?.settled() !== true || !writer.readable) {
      await time.advanceAsync(50);
      await roundTrip();
    }
    await server.command('ZADD', STATE, 'XX', 'INCR', String(-1e9), 'born');
  }

  function watch(removal: Promise<unknown>): { done: boolean } {
    const state = { done: false };
    void removal.then(() => (state.done = true));
    return state;
  }

  /** What was sent before this has been answered. */
  async function roundTrip(): Promise<void> {
    await writer.store.read('nothing', 1_000);
    await settle();
  }

  /** A removal that is answered, but not done before the bound has passed. */
  async function expectWholeBound(): Promise<void> {
    const removal = writer.store.remove(selectKeys([KEY]));
    const state = watch(removal);
    await roundTrip();
    await roundTrip();
    expect(state.done).toBe(false);
    await time.advanceAsync(BOUND_MS + 2);
    await removal;
  }

  it.each<[string, (store: CoherentProcess['store']) => Promise<unknown>]>([
    ['a key', (store) => store.remove(selectKeys([KEY]))],
    ['a prefix', (store) => store.remove(selectPattern('stats:*'))],
    ['a glob', (store) => store.remove(selectPattern('*:30'))],
    ['everything', (store) => store.remove(ALL_KEYS)],
  ])(
    'a removal with the barrier is done only when the other process has acknowledged it: %s',
    async (_, remove) => {
      reader.keep(KEY, 1);
      const confirmation = gates.before(isConfirmation);
      const removal = remove(writer.store);
      const state = watch(removal);
      await confirmation.arrived;
      expect(reader.copy(KEY)).toBeUndefined();
      await roundTrip();
      expect(state.done).toBe(false);
      confirmation.release();
      await removal;
    },
  );

  it.each([
    ['a key', selectKeys([KEY])],
    ['a prefix', selectPattern('stats:*')],
    ['everything', ALL_KEYS],
  ])(
    'a removal without awaitAcks is announced, and waits for no acknowledgement: %s',
    async (_, selection) => {
      reader.keep(KEY, 1);
      await server.command('ZADD', STATE, String(Date.now()), 'frozen');
      await writer.store.remove(selection, { awaitAcks: false });
      await until(() => reader.copy(KEY) === undefined);
      expect(gates.calls.filter(isConfirmation)).toEqual([]);
    },
  );

  it('a removal does not wait where no copies are kept under the barrier', async () => {
    const confirmation = gates.before(isConfirmation);
    await writer.store.remove(selectKeys(['usuarios:2']));
    await writer.store.remove(selectPattern('usuarios:*'));
    confirmation.release();
    expect(gates.calls.filter(isConfirmation)).toEqual([]);
  });

  it('a removal waits for the whole bound, and no longer, when a process does not acknowledge', async () => {
    const confirmation = gates.before(isConfirmation);
    const removal = writer.store.remove(selectKeys([KEY]));
    const state = watch(removal);
    await confirmation.arrived;
    await roundTrip();
    await time.advanceAsync(BOUND_MS);
    expect(state.done).toBe(false);
    await time.advanceAsync(2);
    expect(state.done).toBe(true);
    confirmation.release();
  });

  it('a removal does not take the acknowledgement of another removal for its own', async () => {
    const first = gates.before(isConfirmation);
    const one = watch(writer.store.remove(selectKeys([KEY])));
    await first.arrived;
    await writer.store.remove(selectKeys([KEY]));
    await roundTrip();
    expect(one.done).toBe(false);
    first.release();
    await until(() => one.done);
  });

  it('a removal does not wait for a process that has left', async () => {
    await reader.store.close();
    await writer.store.remove(selectKeys([KEY]));
    reader = await readyProcess(server);
  });

  it('a removal does not wait for a process that has been silent for twice the bound', async () => {
    await server.command('ZADD', STATE, String(Date.now() - 2 * BOUND_MS - 50), 'crashed');
    await writer.store.remove(selectKeys([KEY]));
  });

  it('a removal waits for a process that has been silent for less', async () => {
    await server.command('ZADD', STATE, String(Date.now()), 'frozen');
    await expectWholeBound();
  });

  it.each([
    ['the registry was lost', () => server.command('DEL', STATE)],
    [
      'the registry is younger than the bound',
      async () => {
        const [seconds = '', micros = ''] = (await server.command('TIME')) as string[];
        await server.command('ZADD', STATE, seconds + micros.padStart(6, '0'), 'born');
      },
    ],
  ])('a removal waits for the whole bound when %s', async (_, happen) => {
    await reader.store.close();
    await happen();
    await expectWholeBound();
    reader = await readyProcess(server);
  });

  it('a removal waits for the whole bound after a reconnect, as the server may not know the readers', async () => {
    await reader.store.close();
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until(() => !writer.store.connected);
    while (!writer.store.connected) await time.advanceAsync(50);
    await expectWholeBound();
    reader = await readyProcess(server);
  });

  it('a removal forgets the processes it has asked when it is done, and when it fails', async () => {
    const barrier = writer.store.coherence?.barrier;
    await writer.store.remove(selectKeys([KEY]));
    expect(barrier?.confirmations.size).toBe(0);
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect(writer.store.remove(selectKeys([KEY]))).rejects.toThrow();
    expect(barrier?.confirmations.size).toBe(0);
  });

  it('a failed removal is announced all the same, because it may have been done', async () => {
    reader.keep(KEY, 1);
    const clients = gatedClients();
    const slow = await openRedisStore(server, {
      makeClient: clients.makeClient,
      removalTimeoutMs: 1,
    });
    const lost = clients.gates.before('REMOVE');
    const removal = expect(slow.remove(selectKeys([KEY]))).rejects.toThrow('in time');
    await lost.arrived;
    await removal;
    await until(() => reader.copy(KEY) === undefined);
    lost.release();
    await slow.close();
  });
});
