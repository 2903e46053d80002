import { afterEach, beforeEach } from '@jest/globals';
import type { RedisStore, RelayRound } from '@gad/cache/store';
import { openRedisStore } from './fixtures.js';
import type { RedisServer } from './redis-server.js';
import { redisForTests } from './redis-server.js';

/** Two processes' stores over one Redis, which is empty, primary and has room before each test. */
export interface RelayStores {
  readonly server: RedisServer;
  readonly mine: RedisStore;
  readonly other: RedisStore;
  /** Lets another relay lead. */
  takeOverLead(): Promise<unknown>;
}

export function relayStoresForTests(): RelayStores {
  const server = redisForTests();
  let mine: RedisStore;
  let other: RedisStore;
  beforeEach(async () => {
    await server.command('FLUSHALL');
    mine = await openRedisStore(server);
    other = await openRedisStore(server);
  });
  afterEach(async () => {
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await server.command('REPLICAOF', 'NO', 'ONE');
    await Promise.all([mine.close(), other.close()]);
  });
  return {
    server,
    get mine() {
      return mine;
    },
    get other() {
      return other;
    },
    takeOverLead: () => server.command('ZADD', 'gad:\0relay', 'XX', '0', 'lease'),
  };
}

export async function turnOf(store: RedisStore): Promise<RelayRound> {
  const turn = await store.relayStore.beginRound();
  if (turn === undefined) throw new Error('another leads');
  return turn;
}
