import { CacheOptionsError } from '../../cache-errors.js';
import { BatchFailure } from '../load/batch-failure.js';
import type { Loader } from '../../values/get-or-set-options.js';
import type { Load } from '../load/load-graph.js';
import { LoadGraph } from '../load/load-graph.js';

/**
 * Loads what is missing, in one call. Answers one entry an id in their order, or a map by id (what
 * is not in it has no value). `undefined` means that an id has no value: it is answered with
 * `undefined` and nothing is stored. An `Error` means that this id failed: it is answered in its
 * place, as the very object, and nothing is stored. A rejection means that all of them failed.
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

/** Keys whose values are handed on, and stored, at a time. */
export const CHUNK = 500;

/** Errors that were answered for one id, so that others who share that load can tell. */
const itemErrors = new WeakSet<Error>();

/** Calls the loader of a batch for some of its keys, whose own loads are the parts. */
export type RunTogether = <R>(
  keys: readonly string[],
  parts: readonly Load[],
  loader: () => R | PromiseLike<R>,
) => Promise<R>;

/**
 * Makes one call of a batch loader out of the loads of single keys. Each key goes its own way to the
 * right to load (see `CacheFill`) and enlists here when it has it; once every key has enlisted, is
 * being loaded by somebody else, or is answered, the loader is called. So no key is loaded before it
 * is leased, and nobody waits for others while holding leases.
 *
 * Keys that come to load later, because whoever loaded them did not, are loaded by further calls,
 * after a failure as well: others who asked after it may wait behind them, and it is too old for
 * those.
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

  /** @param ids the id of every key */
  constructor(load: BatchLoader<K, T>, together: RunTogether, ids: ReadonlyMap<string, K>) {
    this.#load = load;
    this.#together = together;
    this.#ids = ids;
  }

  /** Starts the way of a key; `start` gets its loader, and what to call when somebody else loads. */
  add(
    key: string,
    start: (loader: Loader<unknown>, onContended: () => void) => Promise<unknown>,
  ): void {
    this.#undecided.add(key);
    const decide = (): void => this.#decide(key);
    const outcome = start(() => this.#enlist(key), decide);
    // Looked at in `answers`; until then a failure is nobody's unhandled rejection.
    outcome.then(decide, decide);
    this.#outcomes.set(key, outcome);
  }

  /** Resolves when nobody is on the way to the right to load any more. */
  async decided(): Promise<void> {
    while (this.#undecided.size > 0) {
      await new Promise<void>((resolve) => (this.#decided = resolve));
    }
  }

  /**
   * Calls the loader for everybody who has enlisted, and gives the answers of all keys. Ends when
   * every key's way has ended, with a failure as well: what a caller started is over with the call.
   *
   * @throws what the loader throws, when all leases are handed back
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
      // A latecomer; those of the same turn go with it.
      if (!this.#open && this.#enlisted.size === 1) {
        queueMicrotask(() => void this.#run().catch(() => undefined));
      }
    });
  }

  async #run(): Promise<void> {
    const enlisted = this.#enlisted;
    this.#enlisted = new Map();
    if (enlisted.size === 0) return;
    // In the caller's order, whatever the order of the replies was.
    const keys = [...this.#ids.keys()].filter((key) => enlisted.has(key));
    // Every key was made of one of these ids.
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
      // Their fills go out together; the next ones when these are answered.
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
  // Rows that are missing in the middle would give everybody behind them another one's value.
  throw new CacheOptionsError(
    'loadMissing',
    `loadMissing answered ${answer.length} entries for ${ids.length} ids; answer one an id (undefined for none) or a Map by id.`,
  );
}

function answerOf(end: PromiseSettledResult<unknown> | undefined): unknown {
  if (end?.status !== 'rejected') return end?.value;
  const reason: unknown = end.reason;
  if (reason instanceof Error && itemErrors.has(reason)) return reason;
  throw asError(reason);
}

const asError = (error: unknown): Error => error as Error; // whatever the loader threw, as it is
