import { Batch, CHUNK } from './batch-load.js';
import type { BatchLoader, RunTogether } from './batch-load.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import type { ReadThrough } from './read-through.js';
import { assertKey, assertWritable } from '../../keys/key-validation.js';
import { notAFunction } from '../load/load-request.js';
import type { ReadMany } from './read-many.js';
import type { OptionKinds } from '../../option-checks.js';
import { assertKnown, CHECKED } from '../../option-checks.js';
import type { ReadAs } from '../../values/as.js';
import { assertTerms } from '../../values/staleness.js';

/** Options of a read-through of many keys. */
export type GetOrSetManyOptions = Pick<
  GetOrSetOptions,
  'ttl' | 'jitter' | 'negativeTtl' | 'namespace'
>;

const MANY_OPTIONS: OptionKinds<GetOrSetManyOptions & ReadAs> = {
  ttl: CHECKED,
  jitter: CHECKED,
  negativeTtl: CHECKED,
  namespace: CHECKED,
  as: CHECKED,
};

/**
 * Reads many keys and loads the missing ones with one call of `loadMissing`. Each missing key
 * follows the rules of a single read-through: one load per key in all processes, filled only while
 * its lease is valid, waited for while another caller loads it.
 *
 * Cost in store calls: one multi-key read, and one acquire and one fill per missing key, sent
 * together: three round trips. More than 500 keys are read and filled in chunks of 500, so that the
 * store is not blocked; each chunk has its own deadline, unless a request sets one for all calls.
 */
export async function getOrSetMany<K, T>(
  reader: ReadThrough,
  ids: readonly K[],
  toKey: (id: K) => string,
  loadMissing: BatchLoader<K, T>,
  options: GetOrSetManyOptions,
): Promise<(T | undefined)[]> {
  if (typeof toKey !== 'function') throw notAFunction('toKey', toKey);
  if (typeof loadMissing !== 'function') throw notAFunction('loadMissing', loadMissing);
  assertKnown(options, MANY_OPTIONS, 'getOrSetMany');
  assertTerms(options);
  const keys = ids.map(toKey);
  for (const key of keys) assertWritable(key);
  // The first id of a key represents all.
  const idOf = new Map<string, K>();
  ids.forEach((id, at) => {
    const key = keys[at] ?? '';
    if (!idOf.has(key)) idOf.set(key, id);
  });
  const together: RunTogether = (names, parts, load) => reader.loadTogether(names, parts, load);
  const batch = new Batch(loadMissing, together, idOf);
  const values = new Map<string, unknown>();
  const starts: (() => void)[] = [];
  await inChunks([...idOf.keys()], reader.many, async (names, budget) => {
    const found = await reader.many.find(names, budget, options);
    names.forEach((key, at) => {
      const one = found[at] ?? 'miss';
      if (typeof one === 'object' && 'value' in one) values.set(key, one.value);
      else {
        starts.push(() =>
          batch.add(key, (loader, onContended) =>
            reader.load(key, loader, options, budget.fork(), one, onContended),
          ),
        );
      }
    });
  });
  for (const start of starts) start();
  await batch.decided();
  for (const [key, value] of await batch.answers()) values.set(key, value);
  // Every value was stored or loaded under its key, so it has type T.
  return keys.map((key) => values.get(key) as T | undefined);
}

/** As `get` for each key; one multi-key read per 500 keys. */
export async function getMany(reads: ReadMany, keys: readonly string[]): Promise<unknown[]> {
  keys.forEach(assertKey);
  const values: unknown[] = [];
  await inChunks(keys, reads, async (names, budget) => {
    values.push(...(await reads.values(names, budget)));
  });
  return values;
}

/** One pair of `setMany`. */
export interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

/**
 * Stores each pair, 500 at a time; resolves with the outcomes in their order. Of several pairs with
 * the same key only the last is stored, and its outcome is returned for all.
 */
export async function setMany(
  entries: readonly KeyValue[],
  set: (key: string, value: unknown) => Promise<boolean>,
): Promise<boolean[]> {
  for (const { key } of entries) assertWritable(key);
  const last = [...new Map(entries.map(({ key, value }) => [key, value]))];
  const stored = new Map<string, boolean>();
  for (let at = 0; at < last.length; at += CHUNK) {
    const chunk = last.slice(at, at + CHUNK);
    const outcomes = await Promise.all(chunk.map(([key, value]) => set(key, value)));
    chunk.forEach(([key], index) => stored.set(key, outcomes[index] === true));
  }
  return entries.map(({ key }) => stored.get(key) === true);
}

/**
 * Runs one chunk per 500 keys, each with its own deadline unless a request sets one for all: so
 * many keys can exceed one deadline even on a healthy store. Once a deadline has passed, the store
 * is not called any more.
 */
async function inChunks(
  keys: readonly string[],
  reads: ReadMany,
  run: (keys: readonly string[], budget: DeadlineBudget) => Promise<void>,
): Promise<void> {
  let budget = reads.budget();
  for (let at = 0; at < keys.length; at += CHUNK) {
    await run(keys.slice(at, at + CHUNK), budget);
    budget = budget.next();
  }
}
