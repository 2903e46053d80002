const STORE = 'texts';
const KEY = 'text';

/**
 * One text that all tabs read and write, and that outlives them. Under a lock of `navigator.locks`
 * a tab reads what the holder before it wrote. `localStorage` does not promise that: each process
 * of a browser has a copy of it, and the lock may arrive before the change does.
 */
export class SharedText {
  #opening: Promise<IDBDatabase> | undefined;

  /** @param name of the database in this browser */
  constructor(private readonly name: string) {}

  /** @throws DOMException where the browser keeps nothing */
  async read(): Promise<string | undefined> {
    const text: unknown = await this.#run('readonly', (store) => store.get(KEY));
    return typeof text === 'string' ? text : undefined;
  }

  /** @param text undefined removes it */
  async write(text: string | undefined): Promise<void> {
    await this.#run('readwrite', (store) =>
      text === undefined ? store.delete(KEY) : store.put(text, KEY),
    );
  }

  async #run(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest,
  ): Promise<unknown> {
    const database = await (this.#opening ??= this.#open());
    const transaction = database.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => {
        resolve(request.result);
      };
      transaction.onabort = () => {
        reject(transaction.error ?? new DOMException('aborted', 'AbortError'));
      };
    });
  }

  #open(): Promise<IDBDatabase> {
    const request = indexedDB.open(this.name);
    const forget = (): void => {
      this.#opening = undefined;
    };
    return new Promise<IDBDatabase>((resolve, reject) => {
      request.onupgradeneeded = () => {
        request.result.createObjectStore(STORE);
      };
      request.onsuccess = () => {
        // The browser ends a connection when its data are cleared: the next access opens another.
        request.result.onclose = forget;
        resolve(request.result);
      };
      request.onerror = () => {
        forget();
        reject(request.error ?? new DOMException('not opened', 'UnknownError'));
      };
    });
  }
}
