import type { CacheEngine } from '@gad/cache';
import { createCache, silentLog } from '@gad/cache';
import type { AdapterRecipe, AdapterSetup, CacheAdapter } from './adapter.js';
import { TTL_SECONDS } from './adapter.js';

const SETTINGS = { deadlineMs: 2_000, removalTimeoutMs: 10_000 };

/** The prefix of our keys, for the audit of the index. */
export const PREFIX = 'gad:';

/** The engine as it is meant to be used. */
export const gad = readingThrough(
  'gad',
  'getOrSet, key index, deadline 2 s (the machine is overloaded on purpose)',
  'lex',
);

/** Without the key index: patterns walk the database. */
export const gadScan = readingThrough('gad-scan', "getOrSet, index: 'scan'", 'scan');

function readingThrough(name: string, settings: string, index: 'lex' | 'scan'): AdapterRecipe {
  return {
    name,
    settings,
    open: async (setup) => {
      const cache = await openEngine(setup, index);
      return { ...removals(cache), get: (key, load) => cache.getOrSet(key, load, TTL) };
    },
  };
}

/** begin, read, set with the token: the fence by hand. */
export const gadToken: AdapterRecipe = {
  name: 'gad-token',
  settings: 'get → begin → load → set with token',
  open: async (setup) => {
    const cache = await openEngine(setup, 'lex');
    return {
      ...removals(cache),
      get: async (key, load) => {
        const held = await cache.get(key);
        if (held !== undefined) return held;
        const token = await cache.begin(key);
        const value = await load();
        await cache.set(key, value, { ...TTL, token });
        return value;
      },
    };
  },
};

/** The positive control: what the documentation of `set` warns of. */
export const gadSetByHand: AdapterRecipe = {
  name: 'gad-set-by-hand',
  settings: 'get → load → set, the misuse that set() warns of',
  open: async (setup) => {
    const cache = await openEngine(setup, 'lex');
    return {
      ...removals(cache),
      get: async (key, load) => {
        const held = await cache.get(key);
        if (held !== undefined) return held;
        const value = await load();
        await cache.set(key, value, TTL);
        return value;
      },
    };
  },
};

const TTL = { ttl: TTL_SECONDS };

async function openEngine({ redisUrl }: AdapterSetup, index: 'lex' | 'scan'): Promise<CacheEngine> {
  const redis = { url: redisUrl };
  const cache = createCache({ redis, prefix: PREFIX, index, ...SETTINGS }, silentLog);
  await cache.store.open();
  return cache;
}

function removals(cache: CacheEngine): Omit<CacheAdapter, 'get'> {
  return {
    invalidateKey: async (key) => void (await cache.delete(key)),
    invalidatePattern: async (pattern) => void (await cache.deletePattern(pattern)),
    clear: async () => void (await cache.clear()),
    close: () => cache.store.close(),
  };
}
