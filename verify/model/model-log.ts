import type { InvalidationLog, LogBatch, StalePattern } from '@gad/cache/store';
import type { Scheduler } from './scheduler.js';

/** One committed write that the log knows. */
interface Entry extends StalePattern {
  /** The states that it made, by key. */
  readonly made: ReadonlyMap<string, number>;
}

/** The log of the modelled writes; a position is how many were committed. */
export class ModelLog implements InvalidationLog {
  readonly #entries: Entry[] = [];
  readonly #wakes: (() => void)[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  /** Appends one write, as its commit; the position of the write. */
  append(pattern: string, made: ReadonlyMap<string, number>): string {
    const position = positionOf(this.#entries.length + 1);
    this.#entries.push({ pattern, position, made });
    for (const wake of this.#wakes) wake();
    return position;
  }

  /** The oldest state of a key that a store with this cursor may hold. */
  floorAt(cursor: string, key: string): number {
    const applied = this.#entries.slice(0, countOf(cursor));
    return Math.max(0, ...applied.map(({ made }) => made.get(key) ?? 0));
  }

  get end(): string {
    return positionOf(this.#entries.length);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async read(cursor: string | undefined): Promise<LogBatch> {
    await this.scheduler.pass('log');
    const [end, entries] = [this.end, this.#entries.slice(countOf(cursor ?? ''))];
    await this.scheduler.pass('log');
    const invalidations = cursor === undefined ? 'everything' : entries;
    return { cursor: end, invalidations, entries: entries.length };
  }

  async now(): Promise<string> {
    await this.scheduler.pass('log');
    return this.end;
  }

  includes(cursor: string, position: string): boolean {
    return countOf(cursor) >= countOf(position);
  }

  isSoleInstance(): boolean {
    return false;
  }

  onAppend(wake: () => void): void {
    this.#wakes.push(wake);
  }
}

function positionOf(count: number): string {
  return `L ${count}`;
}

function countOf(position: string): number {
  return Number(position.slice(2));
}
