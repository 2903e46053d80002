import type { Clock } from '../clock.js';
import { selectPattern } from '../keys/key-selection.js';
import type { Shards } from '../store/cache-store.js';
import type { InvalidationLog, InvalidationSet, LogBatch, LogHost } from './invalidation-log.js';

/** Calls within this time share an answer, in milliseconds. */
const GATHER_MS = 1;

/**
 * A log for the relays and monitors of many shards: calls that ask the same at about the same time are
 * one call, which begins after all of them, and one call of a kind runs at a time. Each shard gets
 * what may concern it.
 */
export class SharedLog {
  readonly #calls = new Map<
    string,
    { next: Promise<unknown> | undefined; last: Promise<unknown> }
  >();
  readonly #divided = new WeakMap<LogBatch, readonly InvalidationSet[]>();
  #opened: Promise<void> | undefined;
  #wakes: (() => void)[] = [];

  constructor(
    private readonly log: InvalidationLog,
    private readonly shards: Shards,
    private readonly clock: Clock,
  ) {}

  /** The log as one shard sees it. Opening one opens all; the last user closes by `close`. */
  viewOf(shard: number): InvalidationLog {
    const { log } = this;
    return {
      open: (host) => (this.#opened ??= this.#open(host)),
      close: () => Promise.resolve(),
      read: async (cursor) => {
        const batch = await this.#shared(`read ${cursor ?? ''}`, () => log.read(cursor));
        const invalidations = this.#divide(batch)[shard] ?? 'everything';
        return { ...batch, invalidations };
      },
      now: () => this.#shared('now', () => log.now()),
      includes: (cursor, position) => log.includes(cursor, position),
      isSoleInstance: (lingerMs) => log.isSoleInstance(lingerMs),
      onAppend: (wake) => this.#wakes.push(wake),
    };
  }

  close(): Promise<void> {
    this.#opened = undefined;
    this.#wakes = [];
    return this.log.close();
  }

  async #open(host: LogHost): Promise<void> {
    await this.log.open(host);
    this.log.onAppend(() => {
      for (const wake of this.#wakes) wake();
    });
  }

  /** Joins a call that has not begun, or makes one after the running one. */
  #shared<T>(kind: string, call: () => Promise<T>): Promise<T> {
    const known = this.#calls.get(kind);
    // All calls of a kind resolve with the same type.
    if (known?.next !== undefined) return known.next as Promise<T>;
    const entry = known ?? { next: undefined, last: Promise.resolve() };
    this.#calls.set(kind, entry);
    const next = entry.last
      .catch(() => undefined)
      .then(() => new Promise<void>((resolve) => void this.clock.after(GATHER_MS, resolve)))
      .then(() => {
        entry.next = undefined;
        return call();
      })
      .finally(() => {
        if (entry.next === undefined) this.#calls.delete(kind);
      });
    entry.next = next;
    entry.last = next;
    return next;
  }

  #divide(batch: LogBatch): readonly InvalidationSet[] {
    const known = this.#divided.get(batch);
    if (known !== undefined) return known;
    const { invalidations } = batch;
    const { all } = this.shards;
    const divided =
      invalidations === 'everything' ? all.map(() => invalidations) : this.#byShard(invalidations);
    this.#divided.set(batch, divided);
    return divided;
  }

  #byShard(stale: Exclude<InvalidationSet, 'everything'>): readonly InvalidationSet[] {
    const sets: (typeof stale)[number][][] = this.shards.all.map(() => []);
    for (const each of stale) {
      const selection = selectPattern(typeof each === 'string' ? each : each.pattern);
      for (const shard of this.shards.touchedBy(selection)) sets[shard]?.push(each);
    }
    return sets;
  }
}
