import { AsyncLocalStorage } from 'node:async_hooks';

interface Load {
  /** Whose load it is: another cache may have a key of the same name. */
  readonly owner: OwnLoads;
  readonly key: string;
  /** The load that it was begun in, if that still ran. */
  readonly outer: Load | undefined;
  running: boolean;
}

// One for all caches: on Node 20 each storage that was ever used costs every promise of the process
// a little, for as long as the process lives.
const loads = new AsyncLocalStorage<Load>();

/**
 * Which loads the present call is made from inside of. A loader that asks for the key that it is
 * loading — a handler and the service below it that chose the same key — would wait for itself, and
 * everybody else behind it, for ever.
 */
export class OwnLoads {
  /** Whether the caller is part of a load of the key that still runs. */
  includes(key: string): boolean {
    for (let load = innermost(); load !== undefined; load = load.outer) {
      if (load.running && load.owner === this && load.key === key) return true;
    }
    return false;
  }

  /** Runs a loader; whatever it calls and awaits is inside of the load until it ends. */
  async run<T>(key: string, loader: () => T | Promise<T>): Promise<T> {
    const load = { owner: this, key, outer: innermost(), running: true };
    try {
      return await loads.run(load, loader);
    } finally {
      // What the loader left running in its context (a timer, a pool) is no part of it any more.
      load.running = false;
    }
  }
}

/** Finished loads are let go, so that contexts handed on and on do not keep a chain of them. */
function innermost(): Load | undefined {
  let load = loads.getStore();
  while (load !== undefined && !load.running) load = load.outer;
  return load;
}
