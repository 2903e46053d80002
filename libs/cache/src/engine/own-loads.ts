import { AsyncLocalStorage } from 'node:async_hooks';

interface Load {
  readonly key: string;
  /** The load that it was begun in, if that still ran. */
  readonly outer: Load | undefined;
  running: boolean;
}

/**
 * Which loads the present call is made from inside of. A loader that asks for the key that it is
 * loading — a handler and the service below it that chose the same key — would wait for itself, and
 * everybody else behind it, for ever.
 */
export class OwnLoads {
  readonly #loads = new AsyncLocalStorage<Load>();

  /** Whether the caller is part of a load of the key that still runs. */
  includes(key: string): boolean {
    for (let load = this.#innermost(); load !== undefined; load = load.outer) {
      if (load.running && load.key === key) return true;
    }
    return false;
  }

  /** Runs a loader; whatever it calls and awaits is inside of the load until it ends. */
  async run<T>(key: string, loader: () => T | Promise<T>): Promise<T> {
    const load = { key, outer: this.#innermost(), running: true };
    try {
      return await this.#loads.run(load, loader);
    } finally {
      // What the loader left running in its context (a timer, a pool) is no part of it any more.
      load.running = false;
    }
  }

  /** Finished loads are let go, so that contexts handed on and on do not keep a chain of them. */
  #innermost(): Load | undefined {
    let load = this.#loads.getStore();
    while (load !== undefined && !load.running) load = load.outer;
    return load;
  }
}
