import type { Clock, RedisClientFactory, RedisStore } from '@gad/cache/store';
import { systemClock } from '@gad/cache/store';
import { NearCache } from '../../src/near-cache/near-cache.js';
import { openRedisStore, until } from './fixtures.js';
import type { RedisServer } from './redis-server.js';

export const BOUND_MS = 500;

export interface ProcessOptions {
  readonly barrier?: readonly string[];
  readonly clock?: Clock;
  readonly makeClient?: RedisClientFactory;
  readonly index?: 'lex' | 'scan';
  readonly staleBoundMs?: number;
}

/** A process's store with the copies that it keeps, as far as an engine is not needed. */
export interface CoherentProcess {
  readonly store: RedisStore;
  readonly nearCache: NearCache;
  /** Keeps a copy as if it had just been read. */
  keep(key: string, value: unknown): void;
  /** The copy's value, if it may be read. */
  copy(key: string): unknown;
  /** Whether copies may be read at all. */
  readonly readable: boolean;
}

export async function openProcess(
  server: RedisServer,
  options: ProcessOptions = {},
): Promise<CoherentProcess> {
  const { barrier = [], clock = systemClock, staleBoundMs = BOUND_MS, ...rest } = options;
  const store = await openRedisStore(server, { local: { barrier, staleBoundMs }, clock, ...rest });
  const { coherence } = store;
  if (coherence === undefined) throw new Error('the store keeps no copies');
  const nearCache = new NearCache({
    ...{ clock, freshness: coherence, parsed: true },
    ...{ maxEntries: 100, maxBytes: 1e6 },
  });
  coherence.follow(nearCache);
  return {
    store,
    nearCache,
    keep: (key, value) => {
      const reservation = nearCache.reserve(key);
      nearCache.publish(reservation, value, 3_600_000, null);
      nearCache.release(reservation);
    },
    copy: (key) => nearCache.get(key)?.value,
    get readable() {
      return clock.now() < coherence.freshUntil;
    },
  };
}

/** A process whose copies may be read; what it keeps from now on stays until it is removed. */
export async function readyProcess(
  server: RedisServer,
  options: ProcessOptions = {},
): Promise<CoherentProcess> {
  const process = await openProcess(server, options);
  await until(() => process.readable);
  return process;
}
