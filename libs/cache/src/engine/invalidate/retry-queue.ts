import { CacheUnavailableError } from '../../cache-errors.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import type { KeySelection } from '../../keys/key-selection.js';
import { identify, selectPattern } from '../../keys/key-selection.js';
import type { Removals } from './removals.js';

interface Pending {
  readonly selection: KeySelection;
  /** The version of the last write that needs it. */
  readonly version: number;
}

/** How soon the store is looked at again, in milliseconds. */
const RETRY_MS = 100;
/** Beyond so many selections one `*` costs less than remembering them. */
const MAX_SELECTIONS = 10_000;
const EVERYTHING = selectPattern('*');

/**
 * Pending removals: the store was unavailable or slow when they were asked for. They are retried
 * until they are done; until then this process must serve nothing from the store, because what it
 * finds there may be what should have been removed.
 *
 * They live in memory: a process that dies loses them, and other processes do not know of them.
 */
export class RetryQueue {
  /** By the identity of the selection. */
  readonly #pending = new Map<string, Pending>();
  #serial = 0;
  #cancelRetry: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly logger: CacheLogger,
    private readonly removals: Removals,
  ) {}

  get size(): number {
    return this.#pending.size;
  }

  /** Numbers this moment: a removal that is sent after it covers every write made before it. */
  version(): number {
    return ++this.#serial;
  }

  /** Adds the removals that a write made necessary before `version`. */
  enqueue(selections: readonly KeySelection[], version: number): void {
    if (this.#pending.size === 0) {
      this.logger.warn(
        'Cache: removals are pending; nothing is served from the store until they are done.',
      );
    }
    for (const selection of selections) {
      if (this.#pending.size < MAX_SELECTIONS) this.#add(selection, version);
      else {
        this.#pending.clear();
        this.#add(EVERYTHING, ++this.#serial);
      }
    }
    this.#retryLater();
  }

  /**
   * Removals that were sent after `version` have been confirmed. What a later write needs stays
   * pending: the confirmed ones may have come before that write.
   */
  acknowledge(selections: readonly KeySelection[], version: number): void {
    const before = this.#pending.size;
    for (const selection of selections) {
      const name = identify(selection);
      const pending = this.#pending.get(name);
      if (pending !== undefined && pending.version <= version) this.#pending.delete(name);
    }
    if (before > 0 && this.#pending.size === 0) {
      this.logger.notice('Cache: all pending removals are done.');
    }
  }

  /** Tries once more and forgets the rest; returns how many remain undone. */
  async close(): Promise<number> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#running;
    if (this.removals.possible) await this.#run();
    return this.#pending.size;
  }

  #add(selection: KeySelection, version: number): void {
    const name = identify(selection);
    const pending = this.#pending.get(name);
    const latest = Math.max(version, pending?.version ?? 0);
    this.#pending.set(name, { selection, version: latest });
  }

  #retryLater(): void {
    if (this.#closed || this.#cancelRetry !== undefined || this.#running !== undefined) return;
    this.#cancelRetry = this.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      if (this.removals.possible) {
        this.#running = this.#run().finally(() => {
          this.#running = undefined;
          if (this.#pending.size > 0) this.#retryLater();
        });
      } else this.#retryLater();
    });
  }

  async #run(): Promise<void> {
    try {
      for (const { selection } of [...this.#pending.values()]) {
        const version = this.version();
        await this.removals.remove(selection);
        this.acknowledge([selection], version);
      }
    } catch (error) {
      if (error instanceof CacheUnavailableError) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`Cache: a pending removal failed (${reason}); trying again.`);
    }
  }
}
