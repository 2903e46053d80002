/** The states of the rows behind the cache, and what has been acknowledged of them. */
export class Source {
  readonly #rows = new Map<string, Row>();

  constructor(keys: readonly string[]) {
    for (const key of keys) {
      this.#rows.set(key, { version: 1, acknowledged: 1, writing: false, unknown: false });
    }
  }

  get keys(): string[] {
    return [...this.#rows.keys()];
  }

  /** The state that a query would find now. */
  version(key: string): number {
    return this.#row(key).version;
  }

  /** The oldest state that a reader who begins now may be given. */
  floor(key: string): number {
    const { acknowledged, unknown } = this.#row(key);
    return unknown ? 0 : acknowledged;
  }

  /** Commits the next states of those rows that no writer holds, and returns them with versions. */
  write(keys: readonly string[]): Map<string, number> {
    const free = keys.filter((key) => !this.#row(key).writing);
    return new Map(
      free.map((key) => {
        const row = this.#row(key);
        row.writing = true;
        return [key, ++row.version];
      }),
    );
  }

  /** The cache confirmed to the writer that the older states are removed. */
  acknowledge(written: ReadonlyMap<string, number>): void {
    for (const [key, version] of written) {
      this.#row(key).acknowledged = version;
      this.#row(key).writing = false;
    }
  }

  /** The cache could not confirm the removal to the writer. */
  abandon(written: ReadonlyMap<string, number>): void {
    for (const key of written.keys()) this.#row(key).writing = false;
  }

  /** A store by hand that may still happen: nothing can be said of this row any more. */
  giveUpOn(key: string): void {
    this.#row(key).unknown = true;
  }

  #row(key: string): Row {
    const row = this.#rows.get(key);
    if (row === undefined) throw new Error(`no row ${key}`);
    return row;
  }
}

interface Row {
  version: number;
  acknowledged: number;
  writing: boolean;
  unknown: boolean;
}
