import { CacheUnavailableError } from '../../cache-errors.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import type { KeySelection } from '../../keys/key-selection.js';
import type { Because } from '../../observe/journal.js';
import { identify, selectPattern } from '../../keys/key-selection.js';
import type { PendingRemovals } from './pending-removals.js';
import type { Removals } from './removals.js';

interface Pending {
  readonly selection: KeySelection;
  /** Version of the last write that needs this removal. */
  readonly version: number;
  readonly because: Because | undefined;
}

/** Time between retries, in milliseconds. */
const RETRY_MS = 100;
/** Above this number of selections they are replaced by one `*`. */
const MAX_SELECTIONS = 10_000;
const EVERYTHING = selectPattern('*');

/**
 * Pending removals, which the store did not confirm because it was unavailable or slow. They are
 * retried until confirmed; until then this process must bypass the store, because it may still
 * contain the values to remove.
 *
 * They are kept in memory: a crash loses them, and other processes are not informed.
 */
export class RetryQueue implements PendingRemovals {
  /** By the identifier of the selection. */
  readonly #pending = new Map<string, Pending>();
  #cancelRetry: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly logger: CacheLogger,
    private readonly removals: Pick<Removals, 'remove' | 'store'>,
    /** The last version; shared by queues whose versions are compared. */
    private readonly serial = { last: 0 },
  ) {}

  get size(): number {
    return this.#pending.size;
  }

  concerns(): boolean {
    return this.#pending.size > 0;
  }

  concernsAny(): boolean {
    return this.#pending.size > 0;
  }

  /**
   * Returns a version for the current moment: a removal sent after it covers every write made
   * before it.
   */
  version(): number {
    return ++this.serial.last;
  }

  /** Adds the removals that a write made necessary before `version`. */
  enqueue(selections: readonly KeySelection[], version: number, because?: Because): void {
    if (this.#pending.size === 0) {
      this.logger.warn(
        'Cache: removals are pending; reads bypass the store until it has confirmed them.',
      );
    }
    for (const selection of selections) {
      if (this.#pending.size < MAX_SELECTIONS) this.#add(selection, version, because);
      else {
        this.#pending.clear();
        this.#add(EVERYTHING, ++this.serial.last);
      }
    }
    this.#retryLater();
  }

  /**
   * Records the confirmation of removals that were sent after `version`. Removals for a later write
   * stay pending, because the confirmed ones may have preceded that write.
   */
  acknowledge(selections: readonly KeySelection[], version: number): void {
    const before = this.#pending.size;
    for (const selection of selections) {
      const name = identify(selection);
      const pending = this.#pending.get(name);
      if (pending !== undefined && pending.version <= version) this.#pending.delete(name);
    }
    if (before > 0 && this.#pending.size === 0) {
      this.logger.notice('Cache: all pending removals are confirmed.');
    }
  }

  /** Retries once and discards the rest; returns how many are still pending. */
  async close(): Promise<number> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#running;
    if (this.removals.store.connected) await this.#run();
    return this.#pending.size;
  }

  #add(selection: KeySelection, version: number, because?: Because): void {
    const name = identify(selection);
    const pending = this.#pending.get(name);
    const latest = Math.max(version, pending?.version ?? 0);
    this.#pending.set(name, { selection, version: latest, because });
  }

  #retryLater(): void {
    if (this.#closed || this.#cancelRetry !== undefined || this.#running !== undefined) return;
    this.#cancelRetry = this.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      if (this.removals.store.connected) {
        this.#running = this.#run().finally(() => {
          this.#running = undefined;
          if (this.#pending.size > 0) this.#retryLater();
        });
      } else this.#retryLater();
    });
  }

  async #run(): Promise<void> {
    try {
      for (const { selection, because } of [...this.#pending.values()]) {
        const version = this.version();
        await this.removals.remove(selection, undefined, because);
        this.acknowledge([selection], version);
      }
    } catch (error) {
      if (error instanceof CacheUnavailableError) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn(`Cache: a pending removal failed (${reason}); it will be retried.`);
    }
  }
}
