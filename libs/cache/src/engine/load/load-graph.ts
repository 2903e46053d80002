import { callContext, runInside } from '../call-context.js';

/** One run of a loader, or of a batch loader for all its keys. */
export interface Load {
  /** Whose load it is: another cache may have a key of the same name. */
  readonly owner: LoadGraph;
  readonly keys: KeySet;
  readonly outer: Load | undefined;
  /** Several keys by one loader, which may well be made of reads of each. */
  readonly together: boolean;
  running: boolean;
  /** Loads of other callers that calls from inside of this one wait for. */
  waits: Set<Awaited> | undefined;
  /** The run for several keys that this one waits for. */
  part: Load | undefined;
}

interface KeySet {
  has(key: string): boolean;
}

interface Awaited {
  readonly owner: LoadGraph;
  readonly key: string;
}

/**
 * Why a call may not wait for the load of a key: it is made from `inside` of that load, or of one of
 * several keys `together`, or that load waits, directly or not, for one that the call is inside of.
 */
export type Entanglement = 'inside' | 'together' | 'cycle';

/**
 * The loads that the present call is made from inside of, and for which others they wait: the
 * wait-for graph of this process. A loader that asks for its own key, or for a key whose load needs
 * this one, would wait for ever, and so would every later caller.
 *
 * A wait closes a cycle in the moment in which it begins, and only one from inside of a load can. So
 * that is when the graph is searched; a call from outside of all loads costs a look at the context.
 */
export class LoadGraph {
  /** By key, those that callers can wait for. */
  readonly #running = new Map<string, Load>();

  /** The load that the present call is made from inside of, if it still runs. */
  static get current(): Load | undefined {
    return innermost();
  }

  /** Whether the present call is made from inside of a load that still runs, however deep. */
  static isInside(load: Load | undefined): boolean {
    const inner = innermost();
    if (load === undefined || inner === undefined) return false;
    for (const each of outwards(inner)) if (each === load) return true;
    return false;
  }

  /** Runs what is part of no load, although one gave rise to it. */
  static outside<T>(work: () => T): T {
    return innermost() === undefined ? work() : runInside({ load: undefined }, work);
  }

  /** Why the present call may not wait for the key, if so. */
  entangled(key: string): Entanglement | undefined {
    const inner = innermost();
    if (inner === undefined) return undefined;
    const own = this.#around(inner, key);
    if (own !== undefined) return own.together ? 'together' : 'inside';
    return this.#reaches(key, inner) ? 'cycle' : undefined;
  }

  /** Notes that the present call waits for another caller's load of the key until `end` settles. */
  wait(key: string, end: Promise<unknown>): void {
    const inner = innermost();
    if (inner === undefined) return;
    const wait: Awaited = { owner: this, key };
    const waiting = [...outwards(inner)];
    for (const load of waiting) (load.waits ??= new Set()).add(wait);
    const over = (): void => {
      for (const load of waiting) load.waits?.delete(wait);
    };
    end.then(over, over);
  }

  /**
   * Runs a loader; whatever it calls and awaits is inside of the load until it ends.
   *
   * @param shared others may wait for it under this key
   */
  run<T>(key: string, loader: () => T | Promise<T>, shared = true): Promise<T> {
    const load = this.#load({ has: (other) => other === key }, false);
    if (!shared) return run(load, loader);
    this.#running.set(key, load);
    return run(load, loader).finally(() => {
      if (this.#running.get(key) === load) this.#running.delete(key);
    });
  }

  /**
   * As `run`, for a loader of several keys.
   *
   * @param parts the runs of single keys that wait for it
   */
  runTogether<T>(
    keys: ReadonlySet<string>,
    parts: Iterable<Load>,
    loader: () => T | PromiseLike<T>,
  ): Promise<T> {
    const load = this.#load(keys, true);
    for (const each of parts) each.part = load;
    return run(load, loader);
  }

  #load(keys: KeySet, together: boolean): Load {
    return {
      owner: this,
      keys,
      outer: innermost(),
      together,
      running: true,
      waits: undefined,
      part: undefined,
    };
  }

  #around(inner: Load, key: string): Load | undefined {
    for (const load of outwards(inner)) {
      if (load.owner === this && load.keys.has(key)) return load;
    }
    return undefined;
  }

  /** Whether the load of the key waits, directly or not, for one that `inner` is or is inside of. */
  #reaches(key: string, inner: Load): boolean {
    const seen = new Set<Load>();
    const open: Awaited[] = [{ owner: this, key }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next.owner.#around(inner, next.key) !== undefined) return true;
      const load = next.owner.#running.get(next.key);
      if (load === undefined || seen.has(load)) continue;
      seen.add(load);
      open.push(...(load.waits ?? []), ...(load.part?.waits ?? []));
    }
    return false;
  }
}

async function run<T>(load: Load, loader: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await runInside({ load }, loader);
  } finally {
    // What the loader left running in its context (a timer, a pool) is no part of it any more.
    load.running = false;
  }
}

/** Finished loads are let go, so that contexts handed on and on do not keep a chain of them. */
function innermost(): Load | undefined {
  // Only `run` puts one there.
  let load = callContext().load as Load | undefined;
  while (load !== undefined && !load.running) load = load.outer;
  return load;
}

function* outwards(inner: Load): Generator<Load> {
  for (let load: Load | undefined = inner; load !== undefined; load = load.outer) {
    if (load.running) yield load;
  }
}
