import { createClient } from 'redis';
import type { AdapterRecipe } from './adapter.js';
import { TTL_SECONDS } from './adapter.js';

/** Cache-aside as it is usually written; it shows that the workload can make a cache stale. */
export const raw: AdapterRecipe = {
  name: 'raw',
  settings: 'node-redis: GET, load, SET EX; DEL after the commit; SCAN + UNLINK for patterns',
  open: async ({ redisUrl }) => {
    const client = createClient({ url: redisUrl, commandOptions: { timeout: 0 } });
    client.on('error', () => undefined);
    await client.connect();
    const unlinkMatching = async (pattern: string): Promise<void> => {
      for await (const keys of client.scanIterator({ MATCH: pattern, COUNT: 1_000 })) {
        if (keys.length > 0) await client.unlink(keys);
      }
    };
    return {
      get: async (key, load) => {
        const text = await client.get(`raw:${key}`);
        if (text !== null) return JSON.parse(text) as unknown;
        const value = await load();
        await client.set(`raw:${key}`, JSON.stringify(value), { EX: TTL_SECONDS });
        return value;
      },
      invalidateKey: async (key) => void (await client.del(`raw:${key}`)),
      invalidatePattern: (pattern) => unlinkMatching(`raw:${pattern}`),
      clear: () => unlinkMatching('raw:*'),
      close: () => client.close(),
    };
  },
};
