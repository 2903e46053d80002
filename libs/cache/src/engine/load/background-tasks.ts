import { setMaxListeners } from 'node:events';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import { settleWithin } from '../../clock.js';
import type { Recorder } from '../../observe/recorder.js';
import { WarnOnce } from '../../episodes.js';
import { LoadGraph } from './load-graph.js';
import { runWithCacheDeadline } from '../request-deadline.js';

/** Collaborators of background tasks. */
export interface BackgroundParts {
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly logger: CacheLogger;
}

/**
 * How long running tasks may take when the cache is closed, in milliseconds; then their loaders are
 * aborted.
 */
const DRAIN_MS = 1_000;

/**
 * Runs tasks without a caller: they are counted, failures are logged once per episode and key
 * namespace (the part before the first colon), and `close` waits for them. Their rejections are
 * always handled.
 */
export class BackgroundTasks {
  readonly #running = new Set<Promise<void>>();
  readonly #failing: WarnOnce;
  readonly #closing = new AbortController();
  #closed = false;

  constructor(private readonly parts: BackgroundParts) {
    this.#failing = new WarnOnce((message) => parts.logger.warn(message));
    // One listener for each running load, so there is no limit.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Number of running tasks. */
  get size(): number {
    return this.#running.size;
  }

  /** Aborted when `close` stops waiting. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Starts a task outside the deadline of the request and the loads that caused it. Does nothing
   * once the cache is closing.
   *
   * @param work resolves with whether there was work that succeeded
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

  /** Counts a load as a background task from now on, because its caller has been answered. */
  follow(load: Promise<unknown>): void {
    const running: Promise<void> = load
      .then(
        () => undefined,
        // The load counts its own failure, and its waiters receive it.
        () => undefined,
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for running tasks and finally aborts their loaders; no task starts any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = Promise.all(this.#running).then(() => true);
    const drained = (): Promise<boolean> =>
      settleWithin(this.parts.clock, all, DRAIN_MS, () => false);
    if (this.size === 0 || (await drained())) return;
    this.parts.logger.warn(`Cache: closed with ${this.size} background loads still running.`);
    this.#closing.abort();
    // With a limit: a load that its callers abandoned may have no timeout and ignore its signal.
    await drained();
  }

  #succeeded(key: string): void {
    if (!this.#failing.end(classOf(key))) return;
    this.parts.logger.notice(`Cache: refreshing ${classOf(key)} has recovered.`);
  }

  #failed(key: string, error: unknown): void {
    this.parts.recorder.add(key, {}, 'refresh_failed');
    const name = classOf(key);
    const reason = error instanceof Error ? error.message : String(error);
    this.#failing.warn(name, `Cache: refreshing ${name}, such as ${key}, failed: ${reason}`);
  }
}

function classOf(key: string): string {
  const colon = key.indexOf(':');
  return colon === -1 ? key : key.slice(0, colon);
}
