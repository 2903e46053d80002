import type { GetOrSetOptions, LocalOptions } from '@gad/cache';
import type { Cache } from '@gad/cache/engine';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import type { AdapterRecipe, AdapterSetup, CacheAdapter } from './adapter.js';
import { TTL_SECONDS } from './adapter.js';

const TTL = { ttl: TTL_SECONDS };
const LOCAL_SECONDS = 60;
export const SETTINGS = { deadlineMs: 2_000, removalTimeoutMs: 10_000 };

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

/** Answered from the memory of each process for up to a minute; removals are published to all. */
export const gadLocal = readingThrough(
  'gad-local',
  'getOrSet with local: 60; bound 500 ms',
  'lex',
  { barrier: false },
);

/** As above, and a removal is done only when every process has confirmed it. */
export const gadLocalBarrier = readingThrough(
  'gad-local-barrier',
  'getOrSet with local: 60; bound 500 ms, barrier for every key',
  'lex',
  { barrier: true },
);

function readingThrough(
  name: string,
  settings: string,
  index: 'lex' | 'scan',
  local?: LocalOptions,
): AdapterRecipe {
  const options = local === undefined ? TTL : { ...TTL, local: LOCAL_SECONDS };
  return {
    name,
    settings,
    open: async (setup) => {
      const cache = await openEngine(setup, index, local);
      return { ...removals(cache), get: (key, load) => cache.getOrSet(key, load, options) };
    },
  };
}

/** Seconds of ttl that are over often enough for refreshes to meet invalidations. */
const SHORT = 0.05;
/** One load in so many fails, for stale-on-error to have work. */
const FAILS_EVERY = 10;

class LoaderFailure extends Error {}

/**
 * Values held beyond their ttl, refreshed early and in the background, served when a loader fails.
 * An invalidation ends them all, so nothing may be stale that would not be without them.
 */
export const gadSwr: AdapterRecipe = {
  name: 'gad-swr',
  settings: `ttl ${SHORT} s, staleWhileRevalidate, staleIfError, earlyRefresh, soft and hard timeouts; failing loads`,
  open: async (setup) => {
    const cache = await openEngine(setup, 'lex');
    let loads = 0;
    let reads = 0;
    return {
      ...removals(cache),
      close: () => cache.close(),
      get: async (key, load) => {
        const options = SWR_OPTIONS[reads++ % SWR_OPTIONS.length] ?? TTL;
        for (;;) {
          try {
            return await cache.getOrSet(
              key,
              async (context) => {
                const value = await load();
                if (++loads % FAILS_EVERY === 0) throw new LoaderFailure('on purpose');
                if (loads % FAILS_EVERY === 1) context.adapt({ ...options, ttl: SHORT / 2 });
                return value;
              },
              options,
            );
          } catch (error) {
            // Without a stale value the caller gets the error and asks again.
            if (!(error instanceof LoaderFailure)) throw error;
          }
        }
      },
    };
  },
};

const SWR_OPTIONS: readonly GetOrSetOptions[] = [
  { ttl: SHORT, staleWhileRevalidate: 60 },
  { ttl: SHORT, staleWhileRevalidate: 60, earlyRefresh: 2, staleIfError: 120 },
  { ttl: SHORT, staleIfError: 60, negativeTtl: SHORT },
  { ttl: SHORT, staleIfError: 60, softTimeout: 0.02, hardTimeout: 10 },
  { ttl: SHORT, earlyRefresh: true },
  { ttl: SHORT },
];

/**
 * As `gad`, while keys are warmed all the time, by one process of all: each that was ever read, with
 * the load of its last reader.
 */
export const gadWarming: AdapterRecipe = {
  name: 'gad-warming',
  settings: 'getOrSet, and a run of a warmer after the other, 1,000 loads a second',
  open: async (setup) => {
    const cache = await openEngine(setup);
    const loads = new Map<string, () => unknown>();
    cache.warming.add({
      name: 'read',
      candidates: () => [...loads.keys()],
      keyOf: (key: string) => key,
      warm: (key: string, context) =>
        context.getOrSet(key, loads.get(key) ?? ((): undefined => undefined), TTL),
    });
    let closed = false;
    const warm = async (): Promise<void> => {
      while (!closed) {
        await cache.warming.begin({ rate: 1_000 }).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    void warm();
    return {
      ...removals(cache),
      close: () => {
        closed = true;
        return cache.close();
      },
      get: (key, load) => {
        loads.set(key, load);
        return cache.getOrSet(key, load, TTL);
      },
    };
  },
};

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
        const token = await cache.acquireLease(key);
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

async function openEngine(
  { redisUrl }: AdapterSetup,
  index: 'lex' | 'scan' = 'lex',
  local?: LocalOptions,
): Promise<Cache> {
  const redis = { url: redisUrl };
  const cache = createCache({ redis, prefix: PREFIX, index, local, ...SETTINGS }, silentLog);
  await cache.store.open();
  return cache;
}

export function removals(cache: CacheEngine): Omit<CacheAdapter, 'get'> {
  return {
    invalidateKey: async (key) => void (await cache.delete(key)),
    invalidatePattern: async (pattern) => void (await cache.deletePattern(pattern)),
    clear: async () => void (await cache.clear()),
    close: () => cache.store.close(),
  };
}
