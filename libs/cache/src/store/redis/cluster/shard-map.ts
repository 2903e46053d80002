import type { KeySelection } from '../../../keys/key-selection.js';
import { selectKeys } from '../../../keys/key-selection.js';
import type { CacheStore, Shards } from '../../cache-store.js';
import { Places } from './places.js';
import { shardOf } from './shard-tags.js';

/** Puts keys into shards by their places. */
export class ShardMap<Store extends CacheStore = CacheStore> implements Shards {
  readonly #places: Places;
  readonly #every: readonly number[];

  constructor(
    readonly all: readonly Store[],
    places: readonly string[],
  ) {
    this.#places = new Places(places);
    this.#every = all.map((_, n) => n);
  }

  of(key: string): number {
    return shardOf(this.#places.placeOf(key), this.all.length);
  }

  touchedBy(selection: KeySelection): readonly number[] {
    if (selection.kind === 'all') return this.#every;
    if (selection.kind === 'keys') return [...new Set(selection.keys.map((key) => this.of(key)))];
    const place = this.#places.placeOfAll(selection.glob.literalPrefix.toString());
    return place === undefined ? this.#every : [shardOf(place, this.all.length)];
  }

  /** What each shard has of the selection. */
  divide(selection: KeySelection): readonly (readonly [Store, KeySelection])[] {
    if (selection.kind !== 'keys') {
      return this.touchedBy(selection).map((n) => [this.store(n), selection]);
    }
    return [...this.#group(selection.keys)].map(([n, at]) => [
      this.store(n),
      selectKeys(at.map((each) => selection.keys[each] ?? '')),
    ]);
  }

  /**
   * What each shard answers for its keys, in the order of all.
   *
   * @param needed whether `all` shards must answer, or `any`: those that do not have nothing then
   */
  async ask<T>(
    keys: readonly string[],
    ask: (store: Store, own: readonly string[]) => Promise<readonly (T | undefined)[]>,
    needed: 'all' | 'any',
  ): Promise<(T | undefined)[]> {
    const found = new Array<T | undefined>(keys.length).fill(undefined);
    const groups = [...this.#group(keys)];
    const asked = groups.map(async ([shard, at]) => {
      const own = at.map((each) => keys[each] ?? '');
      const answers = await ask(this.store(shard), own);
      for (const [n, each] of at.entries()) found[each] = answers[n];
    });
    const ends = await Promise.allSettled(asked);
    const failures = ends.filter((end) => end.status === 'rejected');
    const [failure] = failures;
    const fails = needed === 'all' || failures.length === groups.length;
    if (failure !== undefined && fails) throw failure.reason;
    return found;
  }

  store(shard: number): Store {
    const store = this.all[shard];
    if (store === undefined) throw new Error(`There is no shard ${shard}.`);
    return store;
  }

  /** The positions of the keys in the list, by shard. */
  #group(keys: readonly string[]): ReadonlyMap<number, readonly number[]> {
    const groups = new Map<number, number[]>();
    for (const [at, key] of keys.entries()) {
      const shard = this.of(key);
      const group = groups.get(shard);
      if (group === undefined) groups.set(shard, [at]);
      else group.push(at);
    }
    return groups;
  }
}
