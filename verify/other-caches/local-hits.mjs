/*
 * Reads from the memory of the process, by the libraries' own read-through and with the settings
 * that make it fastest: no serialisation, no cloning, statistics off.
 */
import { createCache as createDedupe } from 'async-cache-dedupe';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache as createCacheManager } from 'cache-manager';
import { Cacheable, CacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';

const SECONDS = 300;
const MILLISECONDS = SECONDS * 1_000;
const ENTRIES = 10_000;

const memory = () => new CacheableMemory({ lruSize: ENTRIES, useClone: false });

export const rivals = [
  {
    name: 'bentocache memory',
    packages: ['bentocache'],
    settings: 'memoryDriver({ maxItems: 10000, serialize: false }), getOrSet',
    open: () => {
      const driver = memoryDriver({ maxItems: ENTRIES, serialize: false });
      const cache = new BentoCache({
        default: 'memory',
        stores: { memory: bentostore().useL1Layer(driver) },
      });
      return (key, load) => cache.getOrSet({ key, factory: load, ttl: MILLISECONDS });
    },
  },
  {
    name: 'cacheable memory',
    packages: ['cacheable', 'keyv'],
    settings: 'CacheableMemory({ lruSize: 10000, useClone: false }) as primary, getOrSet',
    open: () => {
      const cache = new Cacheable({ primary: new Keyv({ store: memory() }), stats: false });
      return (key, load) => cache.getOrSet(key, load, { ttl: MILLISECONDS });
    },
  },
  {
    name: 'cache-manager memory',
    packages: ['cache-manager', 'cacheable', 'keyv'],
    settings: 'Keyv over CacheableMemory({ lruSize: 10000, useClone: false }), wrap',
    open: () => {
      const store = new Keyv({ store: memory(), serialize: undefined, deserialize: undefined });
      const cache = createCacheManager({ stores: [store] });
      return (key, load) => cache.wrap(key, load, MILLISECONDS);
    },
  },
  {
    name: 'async-cache-dedupe',
    packages: ['async-cache-dedupe'],
    settings: "storage: { type: 'memory', options: { size: 10000 } }, a defined function",
    open: () => {
      const loads = new Map();
      const storage = { type: 'memory', options: { size: ENTRIES } };
      const cache = createDedupe({ ttl: SECONDS, storage });
      cache.define('read', (key) => loads.get(key)());
      return (key, load) => {
        if (!loads.has(key)) loads.set(key, load);
        return cache.read(key);
      };
    },
  },
];
