import type { CacheLogger, CacheStore, RedisStoreOptions } from '@gad/cache/store';
import type { EngineParts } from '../../src/engine/engine-parts.js';
import { CacheEngine, MemoryStore, RedisStore, silentLog, systemClock } from '@gad/cache/store';
import type { RedisServer } from './redis-server.js';

const LIMITS = { deadlineMs: 2_000, leaseMs: 5_000, leaseWaitMs: 10_000, maxValueBytes: 1_048_576 };

/** An engine over a store, with generous limits: no test here depends on the clock. */
export function engineOver(
  store: CacheStore,
  limits: Partial<typeof LIMITS> = {},
  logger: CacheLogger = silentLog,
  parts: Partial<EngineParts> = {},
): CacheEngine {
  return new CacheEngine({
    store,
    prefix: 'gad:',
    limits: { ...LIMITS, ...limits },
    clock: systemClock,
    logger,
    ...parts,
  });
}

export async function openRedisStore(
  server: RedisServer,
  options: Partial<RedisStoreOptions> = {},
): Promise<RedisStore> {
  const settings = { url: server.url };
  const store = new RedisStore({ settings, prefix: 'gad:', logger: silentLog, ...options });
  await store.open();
  return store;
}

/** A log that adds each message to `lines`, without the lines of single operations. */
export function logInto(lines: () => string[]): CacheLogger {
  return {
    notice: (message) => void lines().push(message),
    warn: (message) => void lines().push(message),
  };
}

/** Two processes' stores over the same data; the in-process store has only one. */
export type StorePair = () => Promise<[CacheStore, CacheStore]>;

export const memoryPair: StorePair = () => {
  const store = new MemoryStore();
  return Promise.resolve([store, store]);
};

export function redisPair(server: () => RedisServer): StorePair {
  return async () => {
    await server().command('FLUSHDB');
    return [await openRedisStore(server()), await openRedisStore(server())];
  };
}

/** A promise with its handles. */
export function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Resolves as soon as the condition holds; events make it true, so this only lets them happen. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
