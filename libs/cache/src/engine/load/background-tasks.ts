import { setMaxListeners } from 'node:events';
import type { CacheCounters } from '../../cache-counters.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import { fulfilledWithin } from '../../clock.js';
import { WarnOnce } from '../../warn-once.js';
import { LoadGraph } from './load-graph.js';
import { runWithCacheDeadline } from '../request-deadline.js';

/** What it takes to work in the background. */
export interface BackgroundParts {
  readonly clock: Clock;
  readonly counters: CacheCounters;
  readonly logger: CacheLogger;
}

/** How long work under way may take when the cache is closed; then its loaders are told to stop. */
const DRAIN_MS = 1_000;

/**
 * Work that nobody waits for: it is counted, its failures are logged once per episode and class of
 * keys (what stands before the first colon), and closing waits for it. Never a rejection left to
 * nobody, which would end the process.
 */
export class BackgroundTasks {
  readonly #running = new Set<Promise<void>>();
  readonly #failing: WarnOnce;
  readonly #closing = new AbortController();
  #closed = false;

  constructor(private readonly parts: BackgroundParts) {
    this.#failing = new WarnOnce((message) => parts.logger.warn(message));
    // One listener for each load under way: any number is right.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Pieces of work under way. */
  get size(): number {
    return this.#running.size;
  }

  /** Aborted when closing cannot wait any longer. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Starts a piece of work, outside of the budget of the request, and of the loads, that gave rise
   * to it. Nothing happens once the cache is being closed.
   *
   * @param work resolves with whether there was something to do that succeeded
   */
  start(key: string, work: () => Promise<boolean>): void {
    if (this.#closed) return;
    const running = runWithCacheDeadline(() => LoadGraph.outside(async () => work()))
      .then(
        (done) => {
          if (done) this.#succeeded(key);
        },
        (error: unknown) => this.#failed(key, error),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Counts a load as work in the background from now on: who waited for it has been answered. */
  follow(load: Promise<unknown>): void {
    const running: Promise<void> = load
      .then(
        () => undefined,
        // Counted where it was loaded; others who wait for it are told.
        () => undefined,
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for what is under way, at last by telling loaders to stop; nothing starts any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = Promise.all(this.#running);
    if (this.size === 0 || (await fulfilledWithin(this.parts.clock, all, DRAIN_MS))) return;
    this.parts.logger.warn(`Cache: closed with ${this.size} loads under way in the background.`);
    this.#closing.abort();
    // Not for ever: a load that callers left behind may have no bound and no ear.
    await fulfilledWithin(this.parts.clock, all, DRAIN_MS);
  }

  #succeeded(key: string): void {
    if (!this.#failing.end(classOf(key))) return;
    this.parts.logger.notice(`Cache: refreshing ${classOf(key)} works again.`);
  }

  #failed(key: string, error: unknown): void {
    this.parts.counters.refresh_errors++;
    const name = classOf(key);
    const reason = error instanceof Error ? error.message : String(error);
    this.#failing.warn(name, `Cache: refreshing ${name}, such as ${key}, failed: ${reason}`);
  }
}

function classOf(key: string): string {
  const colon = key.indexOf(':');
  return colon === -1 ? key : key.slice(0, colon);
}
