import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, InvalidationFeed } from '@gad/cache/store';
import { runWithCacheDeadline } from '@gad/cache';
import { MemoryStore } from '@gad/cache/store';
import { FakeClock, FaultyStore } from '@gad/cache/testing';
import { mayMatchPrefix } from '../../src/keys/key-selection.js';
import { engineOver, openRedisStore, until } from '../support/fixtures.js';
import { gatedClients } from '../support/gated-client.js';
import { redisForTests } from '../support/redis-server.js';
import { readyProcess } from '../support/near-cache-process.js';

const DEADLINE_MS = 50;
const BOUND_MS = 500;

/** A store that asks others to confirm what is removed of the statistics. */
class ConfirmedStore extends MemoryStore {
  readonly coherence: InvalidationFeed = {
    freshUntil: -Infinity,
    gaps: 0,
    follow: () => undefined,
    waitMs: (removed) => (mayMatchPrefix(removed, ['stats:']) ? BOUND_MS : 0),
  };
}

describe('An invalidation that waits for acknowledgements', () => {
  let clock: FakeClock;
  let store: FaultyStore;
  let cache: CacheEngine;
  beforeEach(() => {
    clock = new FakeClock();
    store = new FaultyStore(new ConfirmedStore({ clock }), { removalTimeoutMs: 60_000 });
    cache = engineOver(store, { deadlineMs: DEADLINE_MS }, undefined, { clock });
  });

  function watch(patterns: readonly string[]): { done: boolean | undefined } {
    const state: { done: boolean | undefined } = { done: undefined };
    void cache.invalidate(patterns).then((done) => (state.done = done));
    return state;
  }

  it('an invalidation is not late for as long as acknowledgements may take', async () => {
    store.delay('remove', DEADLINE_MS + BOUND_MS - 1);
    const invalidation = watch(['usuarios:*', 'stats:*']);
    await clock.advanceAsync(DEADLINE_MS + BOUND_MS - 1);
    expect(invalidation.done).toBe(true);
    expect(cache.counts().pending_removals).toBe(0);
  });

  it('an invalidation is late, and pending, once acknowledgements have taken too long', async () => {
    store.hang('remove');
    const invalidation = watch(['stats:*']);
    await clock.advanceAsync(DEADLINE_MS + BOUND_MS - 1);
    expect(invalidation.done).toBeUndefined();
    await clock.advanceAsync(1);
    expect(invalidation.done).toBe(false);
    expect(cache.counts().pending_removals).toBe(1);
  });

  it('an invalidation takes no longer than the deadline where none has to acknowledge it', async () => {
    store.hang('remove');
    const invalidation = watch(['usuarios:*']);
    await clock.advanceAsync(DEADLINE_MS);
    expect(invalidation.done).toBe(false);
  });

  it('the wait for acknowledgements spends nothing of the request’s deadline budget', async () => {
    await cache.set('usuarios:2', 1);
    store.delay('remove', BOUND_MS);
    const request = runWithCacheDeadline(async () => [
      await cache.invalidate(['stats:user:2:*']),
      await cache.invalidate(['stats:user:3:*']),
      await cache.get('usuarios:2'),
    ]);
    await clock.advanceAsync(2 * BOUND_MS);
    expect(await request).toEqual([true, true, 1]);
  });

  it('an invalidation is pending at once when the request’s deadline budget is spent', async () => {
    store.hang('all');
    const request = runWithCacheDeadline(async () => {
      await cache.get('usuarios:2');
      return cache.invalidate(['stats:*']);
    });
    await clock.advanceAsync(DEADLINE_MS);
    expect(await request).toBe(false);
  });

  describe('over Redis', () => {
    const server = redisForTests();

    it('an invalidation over Redis is done in spite of a silent process, and nothing is pending', async () => {
      const clients = gatedClients();
      const silent = await readyProcess(server, { makeClient: clients.makeClient });
      const local = { staleBoundMs: 1_000, barrier: ['stats:'] };
      const writer = engineOver(await openRedisStore(server, { local }), { deadlineMs: 500 });
      const confirmation = clients.gates.before((call) =>
        call.startsWith('PUBLISH gad:\0confirmed'),
      );
      await until(() => writer.store.connected);
      expect(await writer.invalidate(['stats:*'])).toBe(true);
      expect(writer.counts()).toMatchObject({ pending_removals: 0, errors: 0 });
      await confirmation.arrived;
      confirmation.release();
      await Promise.all([silent.store.close(), writer.close()]);
    });
  });
});
