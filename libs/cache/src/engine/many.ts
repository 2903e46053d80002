import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheEngine } from './cache-engine.js';
import type { Lifetime } from './cache-entry.js';
import type { FillToken } from './fill-token.js';

/**
 * Loads what is missing; `undefined` (or a short array) means that an id has no value. Answers in
 * the order of the ids it is given.
 */
export type BatchLoader<K, T> = (missing: readonly K[]) => Promise<readonly (T | undefined)[]>;

/**
 * Reads many keys and loads the missing ones with one call of `loadMissing`. Each missing key is
 * leased before the load and filled only while its lease holds, like a single read-through.
 *
 * Cost in store calls: one multi-key read, and one acquire and one fill per missing key (sent
 * together). A key that somebody else is loading is loaded along but not stored.
 */
export async function getOrSetMany<K, T>(
  engine: CacheEngine,
  ids: readonly K[],
  toKey: (id: K) => string,
  loadMissing: BatchLoader<K, T>,
  options: Lifetime,
): Promise<(T | undefined)[]> {
  const keys = ids.map(toKey);
  const distinct = new Map(keys.map((key, index) => [key, index]));
  const names = [...distinct.keys()];
  const found = await engine.getMany(names);
  const values = new Map(names.map((key, index) => [key, found[index]]));

  const missing = names.filter((key) => values.get(key) === undefined);
  if (missing.length > 0) {
    const tokens = await Promise.all(missing.map((key) => engine.begin(key)));
    // `distinct` maps each name to the index of an id that has it.
    const missingIds = missing.map((key) => ids[distinct.get(key) ?? 0] as K);
    const loaded = await loadMissing(missingIds).catch(async (error: unknown) => {
      await Promise.all(tokens.map((token) => giveBack(engine, token)));
      throw error;
    });
    await Promise.all(
      missing.map((key, index) => fill(engine, key, loaded[index], tokens[index], options)),
    );
    missing.forEach((key, index) => {
      const value = loaded[index];
      values.set(key, value === undefined ? undefined : engine.normalised(value));
    });
  }
  // Every key was read from the store or loaded by the caller's own loader.
  return keys.map((key) => values.get(key) as T | undefined);
}

async function fill(
  engine: CacheEngine,
  key: string,
  value: unknown,
  token: FillToken | undefined,
  options: Lifetime,
): Promise<void> {
  if (value === undefined) await giveBack(engine, token);
  else if (token !== undefined) await engine.set(key, value, { ...options, token });
}

async function giveBack(engine: CacheEngine, token: FillToken | undefined): Promise<void> {
  if (token === undefined) return;
  try {
    await engine.release(token);
  } catch (error) {
    // The lease then simply runs out.
    if (!(error instanceof CacheUnavailableError)) throw error;
  }
}
