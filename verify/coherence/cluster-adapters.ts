import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { createCluster } from 'redis';
import type { AdapterRecipe } from './adapter.js';
import { TTL_SECONDS } from './adapter.js';
import { PREFIX, removals, SETTINGS } from './own-adapters.js';

/** Whether an adapter runs on a Cluster, so that its `redisUrl` lists the nodes of one. */
export const onCluster = (name: string): boolean => name.endsWith('-cluster');

/** The engine on a Cluster, with a place for each usuario. */
export const gadCluster: AdapterRecipe = {
  name: 'gad-cluster',
  settings: 'getOrSet, 60 shards, places: stats:user:*',
  open: async ({ redisUrl }) => {
    const nodes = redisUrl.split(',').map((url) => {
      const { hostname: host, port } = new URL(url);
      return { host, port: Number(port) };
    });
    const options = { redis: { cluster: { nodes } }, prefix: PREFIX, places: ['stats:user:*'] };
    const cache = createCache({ ...options, ...SETTINGS }, silentLog);
    await cache.store.open();
    return {
      ...removals(cache),
      get: (key, load) => cache.getOrSet(key, load, { ttl: TTL_SECONDS }),
    };
  },
};

/** A command without an answer for so long has failed. */
const COMMAND_MS = 1_000;

/** Cache-aside on a Cluster as it is usually written: without an answer it asks the source. */
export const rawCluster: AdapterRecipe = {
  name: 'raw-cluster',
  settings: 'node-redis createCluster: GET, load, SET EX; DEL after the commit, one by one',
  open: async ({ redisUrl, addressMap, keys }) => {
    const rootNodes = redisUrl.split(',').map((url) => ({ url }));
    const elsewhere = addressMap === undefined ? {} : { nodeAddressMap: addressMap };
    const client = createCluster({ rootNodes, ...elsewhere, commandOptions: { timeout: 0 } });
    client.on('error', () => undefined);
    await client.connect();
    const remove = async (prefix: string): Promise<void> => {
      const names = keys.filter((key) => key.startsWith(prefix));
      await Promise.all(names.map((key) => within(client.del(`raw:${key}`))));
    };
    return {
      get: async (key, load) => {
        const text = await within(client.get(`raw:${key}`)).catch(() => null);
        if (text !== null) return JSON.parse(text) as unknown;
        const value = await load();
        const stored = client.set(`raw:${key}`, JSON.stringify(value), { EX: TTL_SECONDS });
        await within(stored).catch(() => undefined);
        return value;
      },
      invalidateKey: async (key) => void (await within(client.del(`raw:${key}`))),
      invalidatePattern: (pattern) => remove(pattern.slice(0, -1)),
      clear: () => remove(''),
      close: () => client.close(),
    };
  },
};

async function within<T>(work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(COMMAND_MS, undefined, { signal: over.signal }).then(() =>
    Promise.reject(new Error('no answer in time')),
  );
  return Promise.race([work, late]).finally(() => over.abort());
}
