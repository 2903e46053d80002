import type { CacheStore } from '../store/cache-store.js';
import type { StoreCall, StoreOperation } from './store-wrapper.js';
import { StoreWrapper } from './store-wrapper.js';

/**
 * Wraps a store and records every call and its outcome. Keys are without prefix and in the order of
 * the answers.
 *
 * ```ts
 * const { cache, calls } = testCache();
 * await cache.getOrSet('stats:1', compute);
 * await cache.getOrSet('stats:1', compute);
 * calls.misses;          // ['stats:1']
 * calls.filled;          // ['stats:1']
 * calls.hits;            // ['stats:1']: the second call
 * calls.count('fill');   // 1
 * ```
 */
export class RecordingStore extends StoreWrapper {
  #all: StoreCall[] = [];
  #hits: string[] = [];
  #misses: string[] = [];
  #filled: string[] = [];
  #removed: string[] = [];

  constructor(inner: CacheStore) {
    super(inner);
  }

  /** Every call made, answered or not. */
  get all(): readonly StoreCall[] {
    return this.#all;
  }

  /** Keys that a read found. */
  get hits(): readonly string[] {
    return this.#hits;
  }

  /** Keys that a read did not find; a failed read counts neither as hit nor as miss. */
  get misses(): readonly string[] {
    return this.#misses;
  }

  /** Keys that were stored, by accepted fills or by `set`. */
  get filled(): readonly string[] {
    return this.#filled;
  }

  /** Keys and patterns whose removal was confirmed, whether or not a value existed. */
  get removed(): readonly string[] {
    return this.#removed;
  }

  /** The number of calls, of the given operations or of all. */
  count(...operations: readonly StoreOperation[]): number {
    if (operations.length === 0) return this.#all.length;
    return this.#all.filter(({ operation }) => operations.includes(operation)).length;
  }

  /** Forgets everything so far. */
  reset(): void {
    this.#all = [];
    this.#hits = [];
    this.#misses = [];
    this.#filled = [];
    this.#removed = [];
  }

  protected pass<T>(call: StoreCall, run: () => Promise<T>): Promise<T> {
    this.#all.push(call);
    return run().then((answer) => {
      this.#note(call, answer);
      return answer;
    });
  }

  #note({ operation, keys, pattern }: StoreCall, answer: unknown): void {
    // `readMany` returns one text for each key.
    if (operation === 'readMany') this.#found(keys, answer as readonly unknown[]);
    else if (operation.startsWith('read')) this.#found(keys, [answer]);
    else if (operation === 'write' || (operation.endsWith('fill') && answer === true)) {
      this.#filled.push(...keys);
    } else if (operation.startsWith('remove')) {
      this.#removed.push(...(pattern === undefined ? keys : [pattern]));
    }
  }

  #found(keys: readonly string[], texts: readonly unknown[]): void {
    keys.forEach((key, index) => {
      (texts[index] === undefined ? this.#misses : this.#hits).push(key);
    });
  }
}
