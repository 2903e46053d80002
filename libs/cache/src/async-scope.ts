import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * An `AsyncLocalStorage` that costs nothing while no work is inside. Before Node 24, one storage in
 * use makes every promise of the process about twice as expensive, because Node then runs hooks for
 * each; it stops only when the storage is disabled. This one disables itself when the last work
 * inside has ended.
 */
export class AsyncScope<T> {
  readonly #storage = new AsyncLocalStorage<T>();
  #inside = 0;
  readonly #leave = (): void => {
    if (--this.#inside === 0) this.#storage.disable();
  };

  /**
   * Runs `work`, and everything that it starts and awaits, with `value` as the store: until it
   * returns, or until the promise that it returns settles.
   *
   * @param callsBack work that returns no promise goes on in callbacks, and has no end
   */
  run<R>(value: T, work: () => R, callsBack = false): R {
    this.#inside++;
    let result: R;
    try {
      result = this.#storage.run(value, work);
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (result instanceof Promise) result.then(this.#leave, this.#leave);
    else if (!callsBack) this.#leave();
    return result;
  }

  /** The store of the work that the current call belongs to. */
  getStore(): T | undefined {
    return this.#inside === 0 ? undefined : this.#storage.getStore();
  }
}
