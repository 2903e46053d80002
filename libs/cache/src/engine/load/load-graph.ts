import { callContext, runInside } from '../call-context.js';

/** One run of a loader, or of a batch loader for all its keys. */
export interface Load {
  /** The cache of the load: another cache may have a key of the same name. */
  readonly owner: LoadGraph;
  readonly keys: ReadonlySet<string>;
  readonly outer: Load | undefined;
  /** Whether one loader loads several keys; it may read each of them. */
  readonly together: boolean;
  running: boolean;
  /** Loads of other callers for which calls inside this one wait. */
  waits: Set<Awaited> | undefined;
  /** The load of several keys for which this one waits. */
  part: Load | undefined;
}

interface Awaited {
  readonly owner: LoadGraph;
  readonly key: string;
}

const BEGUN = { running: true, waits: undefined, part: undefined };

/**
 * Why a call must not wait for the load of a key: the call is `inside` that load, or inside one of
 * several keys `together`, or that load waits, directly or indirectly, for a load that encloses the
 * call (`cycle`), or loads of the key call each other without end (`endless`).
 */
export type Entanglement = 'inside' | 'together' | 'cycle' | 'endless';

/** How many loads of one key may be inside each other: a loader that calls itself never ends. */
const DEEPEST = 16;

/**
 * The wait-for graph of this process: the loads that enclose the current call, and the loads for
 * which they wait. A loader that reads its own key, or a key whose load needs this one, would wait
 * for ever, and so would every later caller.
 *
 * Only a wait that begins inside a load can close a cycle, so the graph is searched at that moment.
 * A call outside all loads only reads the context.
 */
export class LoadGraph {
  /** Loads that callers can wait for, by key. */
  readonly #running = new Map<string, Load>();

  /**
   * The load that encloses the current call, if it is still running. Finished loads are dropped, so
   * that inherited contexts do not retain chains of them.
   */
  static get current(): Load | undefined {
    // Only `run` sets it.
    let load = callContext().load as Load | undefined;
    while (load !== undefined && !load.running) load = load.outer;
    return load;
  }

  /** Whether the running load encloses the current call, at any depth. */
  static isInside(load: Load | undefined): boolean {
    const inner = LoadGraph.current;
    if (load === undefined || inner === undefined) return false;
    for (const each of outwards(inner)) if (each === load) return true;
    return false;
  }

  /** Runs work that a load started but that is not part of it. */
  static outside<T>(work: () => T): T {
    return LoadGraph.current === undefined ? work() : runInside({ load: undefined }, work);
  }

  /** Why the current call must not wait for the key; `undefined` if it may. */
  entangled(key: string): Entanglement | undefined {
    const inner = LoadGraph.current;
    if (inner === undefined) return undefined;
    const [own, ...more] = this.#around(inner, key);
    if (own !== undefined) {
      if (more.length >= DEEPEST) return 'endless';
      return own.together ? 'together' : 'inside';
    }
    return this.#reaches(key, inner) ? 'cycle' : undefined;
  }

  /**
   * Records that the current call waits for another caller's load of the key until `end` settles.
   */
  wait(key: string, end: Promise<unknown>): void {
    const inner = LoadGraph.current;
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
   * Runs a loader; everything that it calls and awaits is inside the load until it ends.
   *
   * @param shared whether other callers may wait for it under its keys
   * @param parts for a loader of several keys: the loads of single keys that wait for it
   */
  async run<T>(
    keys: ReadonlySet<string>,
    loader: () => T | PromiseLike<T>,
    shared: boolean,
    parts?: Iterable<Load>,
  ): Promise<T> {
    const together = parts !== undefined;
    const outer = LoadGraph.current;
    const load: Load = { owner: this, keys, outer, together, ...BEGUN };
    for (const each of parts ?? []) each.part = load;
    if (shared) for (const key of keys) this.#running.set(key, load);
    try {
      return await runInside({ load }, loader);
    } finally {
      // Work that the loader left running in its context (a timer, a pool) is no longer part of the
      // load.
      load.running = false;
      for (const key of keys) if (this.#running.get(key) === load) this.#running.delete(key);
    }
  }

  /** The loads of the key that enclose the call, the innermost first. */
  *#around(inner: Load, key: string): Generator<Load> {
    for (const load of outwards(inner)) {
      if (load.owner === this && load.keys.has(key)) yield load;
    }
  }

  /**
   * Whether the load of the key waits, directly or indirectly, for `inner` or a load that encloses
   * it.
   */
  #reaches(key: string, inner: Load): boolean {
    const seen = new Set<Load>();
    const open: Awaited[] = [{ owner: this, key }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [enclosing] = next.owner.#around(inner, next.key);
      if (enclosing !== undefined) return true;
      const load = next.owner.#running.get(next.key);
      if (load === undefined || seen.has(load)) continue;
      seen.add(load);
      open.push(...(load.waits ?? []), ...(load.part?.waits ?? []));
    }
    return false;
  }
}

function* outwards(inner: Load): Generator<Load> {
  for (let load: Load | undefined = inner; load !== undefined; load = load.outer) {
    if (load.running) yield load;
  }
}
