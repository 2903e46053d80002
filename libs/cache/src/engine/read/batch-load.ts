import { CacheOptionsError } from '../../cache-errors.js';
import { BatchFailure } from '../load/batch-failure.js';
import type { Loader } from '../../values/get-or-set-options.js';
import type { Load } from '../load/load-graph.js';
import { LoadGraph } from '../load/load-graph.js';

/**
 * Loads all missing ids in one call. Returns one entry per id, in their order, or a map by id
 * (absent ids have no value). `undefined` means that an id has no value: the result is `undefined`
 * and nothing is stored. An `Error` means that this id failed: the same object is returned in its
 * place and nothing is stored. A rejection means that all ids failed.
 */
export type BatchLoader<K, T> = (
  missing: readonly K[],
) => BatchAnswer<K, T> | PromiseLike<BatchAnswer<K, T>>;

/** See {@link BatchLoader}. */
export type BatchAnswer<K, T> = readonly (T | undefined)[] | ReadonlyMap<K, T | undefined>;

interface Enlisted {
  readonly run: Load | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Number of keys that are read or stored at a time. */
export const CHUNK = 500;

/**
 * Errors that a batch loader returned for single ids, so that other callers of that load recognise
 * them.
 */
const itemErrors = new WeakSet<Error>();

/** Calls the batch loader for some keys on behalf of their loads. */
export type RunTogether = <R>(
  keys: readonly string[],
  parts: readonly Load[],
  loader: () => R | PromiseLike<R>,
) => Promise<R>;

/**
 * Combines the loads of single keys into one call of a batch loader. Each key acquires its own
 * lease (see `CacheFill`) and then enlists here. The loader is called once every key has enlisted,
 * is being loaded by another caller, or is answered. So no key is loaded before it is leased, and
 * no caller waits for others while it holds leases.
 *
 * Keys whose other load failed or was not shared enlist later and are loaded by further calls, even
 * after a failure of the first call: later callers may wait for these keys, and that failure is too
 * old for them.
 */
export class Batch<K, T> {
  readonly #load: BatchLoader<K, T>;
  readonly #together: RunTogether;
  readonly #ids: ReadonlyMap<string, K>;
  readonly #outcomes = new Map<string, Promise<unknown>>();
  readonly #undecided = new Set<string>();
  #enlisted = new Map<string, Enlisted>();
  #decided: () => void = () => undefined;
  #open = true;

  /** @param ids ids by key */
  constructor(load: BatchLoader<K, T>, together: RunTogether, ids: ReadonlyMap<string, K>) {
    this.#load = load;
    this.#together = together;
    this.#ids = ids;
  }

  /**
   * Starts the load of a key; `start` gets its loader and a callback for when another caller loads
   * the key.
   */
  add(
    key: string,
    start: (loader: Loader<unknown>, onContended: () => void) => Promise<unknown>,
  ): void {
    this.#undecided.add(key);
    const decide = (): void => this.#decide(key);
    const outcome = start(() => this.#enlist(key), decide);
    // `answers` awaits it; this handles a rejection until then.
    outcome.then(decide, decide);
    this.#outcomes.set(key, outcome);
  }

  /** Resolves when no key is still acquiring a lease. */
  async decided(): Promise<void> {
    while (this.#undecided.size > 0) {
      await new Promise<void>((resolve) => (this.#decided = resolve));
    }
  }

  /**
   * Calls the loader for all enlisted keys and returns the values of all keys. Resolves or rejects
   * only when the loads of all keys have ended, so that no work of the call outlasts it.
   *
   * @throws what the loader throws, once all leases are released
   */
  async answers(): Promise<Map<string, unknown>> {
    this.#open = false;
    const ran = this.#run();
    const ends = await Promise.allSettled([ran, ...this.#outcomes.values()]);
    await ran;
    return new Map([...this.#outcomes.keys()].map((key, at) => [key, answerOf(ends[at + 1])]));
  }

  #decide(key: string): void {
    if (this.#undecided.delete(key) && this.#undecided.size === 0) this.#decided();
  }

  #enlist(key: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#enlisted.set(key, { run: LoadGraph.current, resolve, reject });
      this.#decide(key);
      // The first late key; others of the same event loop turn join it.
      if (!this.#open && this.#enlisted.size === 1) {
        queueMicrotask(() => void this.#run().catch(() => undefined));
      }
    });
  }

  async #run(): Promise<void> {
    const enlisted = this.#enlisted;
    this.#enlisted = new Map();
    if (enlisted.size === 0) return;
    // In the caller's order, regardless of the order of the replies.
    const keys = [...this.#ids.keys()].filter((key) => enlisted.has(key));
    // Every key was built from one of these ids.
    const ids = keys.map((key) => this.#ids.get(key) as K);
    let values: readonly unknown[];
    try {
      const parts = [...enlisted.values()].flatMap(({ run }) => run ?? []);
      values = inOrder(ids, await this.#together(keys, parts, () => this.#load(ids)));
    } catch (error) {
      const failure = new BatchFailure(error, enlisted.size);
      for (const { reject } of enlisted.values()) reject(failure);
      await this.#settled(keys);
      throw error;
    }
    for (let at = 0; at < keys.length; at += CHUNK) {
      const chunk = keys.slice(at, at + CHUNK);
      chunk.forEach((key, index) => deliver(enlisted.get(key), values[at + index]));
      // Their fills are sent together; the next chunk follows when these are answered.
      await this.#settled(chunk);
    }
  }

  #settled(keys: readonly string[]): Promise<unknown> {
    return Promise.allSettled(keys.flatMap((key) => this.#outcomes.get(key) ?? []));
  }
}

function deliver(enlisted: Enlisted | undefined, value: unknown): void {
  if (value instanceof Error) {
    itemErrors.add(value);
    enlisted?.reject(value);
  } else enlisted?.resolve(value);
}

function inOrder<K, T>(ids: readonly K[], answer: BatchAnswer<K, T>): readonly unknown[] {
  if ('get' in answer) return ids.map((id) => answer.get(id));
  if (answer.length === ids.length) return answer;
  // A missing row would shift the values of all ids after it.
  throw new CacheOptionsError(
    'loadMissing',
    `loadMissing returned ${answer.length} entries for ${ids.length} ids; return one per id (undefined for none) or a Map by id.`,
  );
}

function answerOf(end: PromiseSettledResult<unknown> | undefined): unknown {
  if (end?.status !== 'rejected') return end?.value;
  const reason: unknown = end.reason;
  if (reason instanceof Error && itemErrors.has(reason)) return reason;
  throw asError(reason);
}

const asError = (error: unknown): Error => error as Error; // the loader's own error, unchanged
