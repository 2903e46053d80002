import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { RedisStore, silentLog } from '@gad/cache/store';
import { storeContract } from '@gad/cache/testing';
import { startSentinels, type SentinelSet } from '../../../../../test/servers/redis-sentinels.js';

let set: SentinelSet;
beforeAll(async () => {
  set = await startSentinels({ sentinels: 1 });
});
afterAll(() => set.stop());

storeContract(
  'The Redis store behind Sentinel',
  async () => {
    await set.command(set.servers[0], 'FLUSHALL');
    const settings = { sentinels: set.nodes };
    const store = new RedisStore({ settings, prefix: 'gad:', logger: silentLog });
    await store.open();
    return store;
  },
  { describe, it },
);
