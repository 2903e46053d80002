import { CacheUnavailableError } from '../../cache-errors.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';

/** What pending removals work with. */
export interface RetryQueueParts {
  readonly clock: Clock;
  readonly logger: CacheLogger;
  /** Removes what matches; throws `CacheUnavailableError` when nobody knows whether it did. */
  readonly remove: (pattern: string) => Promise<unknown>;
  /** Whether it is worth trying. */
  readonly connected: () => boolean;
}

/** How soon the store is looked at again, in milliseconds. */
const RETRY_MS = 100;
/** Beyond so many patterns one `*` costs less than remembering them. */
const MAX_PATTERNS = 10_000;

/**
 * Removals that are owed: the store was away or slow when they were asked for. They are tried until
 * they are done; as long as there is one, this process must serve nothing from the store, because
 * what it finds there may be what should have been removed.
 *
 * They live in memory: a process that dies loses them, and other processes do not know of them.
 */
export class RetryQueue {
  readonly #parts: RetryQueueParts;
  /** Pattern → the mark of the last write that needs it. */
  readonly #pending = new Map<string, number>();
  #serial = 0;
  #cancelRetry: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(parts: RetryQueueParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Marks this moment: a removal that is sent after it covers every write made before it. */
  version(): number {
    return ++this.#serial;
  }

  /** Owes the removal that a write made necessary before `mark`. */
  enqueue(pattern: string, mark: number): void {
    if (this.#pending.size === 0) {
      this.#parts.logger.warn(
        'Cache: removals are owed; nothing is served from the store until done.',
      );
    }
    if (this.#pending.size >= MAX_PATTERNS) {
      this.#pending.clear();
      this.#pending.set('*', ++this.#serial);
    } else {
      this.#pending.set(pattern, Math.max(mark, this.#pending.get(pattern) ?? 0));
    }
    this.#retryLater();
  }

  /**
   * A removal that was sent after `mark` has been confirmed. What is owed since then stays owed: the
   * confirmed one may have come before that write.
   */
  acknowledge(pattern: string, mark: number): void {
    const owedSince = this.#pending.get(pattern);
    if (owedSince === undefined || owedSince > mark) return;
    this.#pending.delete(pattern);
    if (this.#pending.size === 0) this.#parts.logger.notice('Cache: all owed removals are done.');
  }

  /** Tries once more and forgets the rest; returns how many remain undone. */
  async close(): Promise<number> {
    this.#closed = true;
    this.#cancelRetry?.();
    await this.#running;
    if (this.#parts.connected()) await this.#run();
    return this.#pending.size;
  }

  #retryLater(): void {
    if (this.#closed || this.#cancelRetry !== undefined || this.#running !== undefined) return;
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      if (this.#parts.connected()) {
        this.#running = this.#run().finally(() => {
          this.#running = undefined;
          if (this.#pending.size > 0) this.#retryLater();
        });
      } else this.#retryLater();
    });
  }

  async #run(): Promise<void> {
    try {
      for (const pattern of [...this.#pending.keys()]) {
        const mark = this.version();
        await this.#parts.remove(pattern);
        this.acknowledge(pattern, mark);
      }
    } catch (error) {
      if (error instanceof CacheUnavailableError) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.logger.warn(`Cache: an owed removal failed (${reason}); trying again.`);
    }
  }
}
