import { describe, it } from '@jest/globals';
import { FaultyStore, RecordingStore, storeContract } from '@gad/cache/testing';
import { MemoryStore, RedisStore, silentLog } from '@gad/cache/store';
import { redisForTests } from '../support/redis-server.js';

const server = redisForTests();

storeContract('The in-process store', () => Promise.resolve(new MemoryStore()), { describe, it });

storeContract(
  'A store of the testing door without any fault',
  () => Promise.resolve(new RecordingStore(new FaultyStore(new MemoryStore()))),
  { describe, it },
);

const WAYS = [
  { index: 'lex', scripts: undefined },
  { index: 'scan', scripts: undefined },
  { index: 'lex', scripts: 'declared' },
] as const;

for (const { index, scripts } of WAYS) {
  storeContract(
    `The Redis store (${scripts ?? index})`,
    async () => {
      await server.command('FLUSHDB');
      const settings = { url: server.url, scripts };
      const bounds = { deadlineMs: 10_000, removalTimeoutMs: 10_000 };
      const store = new RedisStore({
        settings,
        prefix: 'gad:',
        index,
        logger: silentLog,
        ...bounds,
      });
      await store.open();
      return store;
    },
    { describe, it },
  );
}
