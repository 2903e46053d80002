import type { InvalidationLog, LogBatch, StalePattern } from '@gad/cache/store';

/** A log in memory that several processes share; a position is how many entries there were. */
export class FakeLog {
  readonly entries: (string | StalePattern)[] = [];
  /** Another one, or the same one restored, has another name. */
  name = 'L';
  readonly #listeners = new Set<() => void>();

  /** Appends, as a transaction that commits; the position of the write. */
  append(...patterns: string[]): string {
    const position = `${this.name} ${this.entries.length + patterns.length}`;
    this.entries.push(...patterns.map((pattern) => ({ pattern, position })));
    return position;
  }

  get end(): string {
    return `${this.name} ${this.entries.length}`;
  }

  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  /** One process's access to it. */
  reader(): FakeLogReader {
    return new FakeLogReader(this, (listener) => this.#listeners.add(listener));
  }
}

export class FakeLogReader implements InvalidationLog {
  unavailable = false;
  isAlone = false;
  reads = 0;

  constructor(
    private readonly log: FakeLog,
    readonly onAppend: (wake: () => void) => void,
  ) {}

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  read(cursor: string | undefined): Promise<LogBatch> {
    this.reads++;
    if (this.unavailable) return Promise.reject(new Error('secret address'));
    const [name, at] = split(cursor ?? '- 0');
    if (name !== this.log.name || at > this.log.entries.length) {
      return Promise.resolve({ cursor: this.log.end, invalidations: 'everything', entries: 0 });
    }
    const invalidations = this.log.entries.slice(at);
    return Promise.resolve({
      cursor: this.log.end,
      invalidations,
      entries: invalidations.length,
      oldestMs: 1,
    });
  }

  now(): Promise<string> {
    return this.unavailable
      ? Promise.reject(new Error('secret address'))
      : Promise.resolve(this.log.end);
  }

  includes(cursor: string, position: string): boolean {
    const [[seenName, seen], [name, wanted]] = [split(cursor), split(position)];
    return seenName === name && seen >= wanted;
  }

  isSoleInstance(): boolean {
    return this.isAlone;
  }
}

function split(position: string): [name: string, at: number] {
  const [name = '', at] = position.split(' ');
  return [name, Number(at)];
}
