import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore, silentLog } from '@gad/cache/store';
import { selectKeys, selectPattern } from '../../src/keys/key-selection.js';
import { FakeClock, FaultyStore } from '@gad/cache/testing';
import { Removals } from '../../src/engine/invalidate/removals.js';
import { RetryQueue } from '../../src/engine/invalidate/retry-queue.js';
import { WriteOrder } from '../../src/engine/invalidate/write-order.js';
import { Recorder } from '../../src/observe/recorder.js';

const MS = 1_000;

describe('The queue of pending removals', () => {
  const clock = new FakeClock();
  const store = new FaultyStore(new MemoryStore({ clock }), { clock });
  const [order, recorder] = [new WriteOrder(), new Recorder()];
  const removals = new Removals(store, undefined, order, recorder, clock, silentLog);
  const queue = new RetryQueue(clock, silentLog, removals);

  afterEach(() => queue.close());

  it('two lists of keys are kept apart, however long and alike they are', async () => {
    const lists = ['a', 'b'].map((last) =>
      Array.from({ length: 1_000 }, (_, at) => `stats:user:${at}:${last}`),
    );
    for (const keys of lists) for (const key of keys) await store.write(key, '1', undefined, MS);
    store.disconnect();
    for (const keys of lists) queue.enqueue([selectKeys(keys)], queue.version());
    expect(queue.size).toBe(2);
    store.heal();
    await clock.advanceAsync(100);
    expect(queue.size).toBe(0);
    expect((await store.statistics()).keys).toBe(0);
  });

  it('the queue keeps one removal for each selection, that of the last write', () => {
    store.disconnect();
    const first = queue.version();
    queue.enqueue([selectPattern('stats:*')], first);
    queue.enqueue([selectPattern('stats:*')], queue.version());
    queue.acknowledge([selectPattern('stats:*')], first);
    expect(queue.size).toBe(1);
    store.heal();
  });
});
