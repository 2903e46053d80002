import type { StorePair } from './fixtures.js';
import { memoryPair, redisPair } from './fixtures.js';
import type { RedisServer } from './redis-server.js';
import { redisForTests } from './redis-server.js';

/** The stores over which the same facts are tested, and the Redis that serves one of them. */
export interface StorePairs {
  /** Rows for `describe.each`: what the store is called, and how two processes open it. */
  readonly pairs: readonly (readonly [name: string, pair: StorePair])[];
  /** To be asked for while a test runs. */
  readonly server: () => RedisServer;
}

/** Starts a Redis of the file's own before its tests, and stops it behind them. */
export function storePairs(): StorePairs {
  const running = redisForTests();
  return {
    pairs: [
      ['in-process store', memoryPair],
      ['Redis store', redisPair(() => running)],
    ],
    server: () => running,
  };
}
