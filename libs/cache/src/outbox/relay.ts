import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';
import { Episodes } from '../episodes.js';
import { nameOf } from '../error-name.js';
import type { CacheStore } from '../store/cache-store.js';
import type { RelayRound, RelayStore, RoundEnd } from '../store/relay-store.js';
import { applyInvalidations, marksOf } from './apply-invalidations.js';
import type { PositionWaiters } from './position-waiters.js';
import type { InvalidationLog, LogBatch } from './invalidation-log.js';
import type { HeartbeatMonitor } from './heartbeat-monitor.js';
import { WakeableLoop } from './wakeable-loop.js';
import type { FreshnessLease } from './freshness-lease.js';

/** Collaborators of a relay. */
export interface RelayParts {
  readonly store: Pick<CacheStore, 'remove'>;
  readonly relayStore: RelayStore;
  readonly log: InvalidationLog;
  readonly lease: FreshnessLease;
  readonly waiters: PositionWaiters;
  /** Shows whether a relay leads, and learns of this one's rounds. */
  readonly monitor: Pick<HeartbeatMonitor, 'heartbeatAgeMs' | 'noteServer' | 'noteOwnRound'>;
  readonly clock: Clock;
  readonly logger: CacheLogger;
  /** Milliseconds between rounds while nothing is appended. */
  readonly everyMs: () => number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/**
 * Whether this relay applies the log, another relay does, or the store or the log is unavailable.
 */
export type RelayState = 'leading' | 'following' | 'away';

/** Statistics of a relay. */
export interface RelayFigures {
  readonly state: RelayState;
  /** Entries of the log applied by this relay. */
  readonly events: number;
  /** Age of the oldest entry of the last batch when it was read; `null` before the first. */
  readonly eventLagMs: number | null;
  /** How often it removed everything because the log did not know the store's cursor. */
  readonly clears: number;
}

/** Appends that come in a burst share a round, in milliseconds. */
const SHORTEST_PAUSE_MS = 5;
/**
 * While appends go on, from one round to the next, in milliseconds: their writers remove by
 * themselves, so a round that comes later costs less and holds up no write that succeeded.
 */
const BUSY_ROUND_MS = 50;
/** Between two tries to lead, before jitter. */
const FOLLOW_MS = 125;
/**
 * As long as heartbeats are younger, the leader is alive, and a follower does not try to lead: a
 * little less than its lead lasts, and more than a round and a look take while nothing is asked.
 */
const QUIET_MS = 450;
const RETRY_MS = 100;

/**
 * Applies the log to the store in rounds: reads the cursor from the store, reads the entries that
 * became visible since, removes what they made stale, and moves the cursor unless another relay
 * did, all on one connection. It applies every entry, including those that a writer has already
 * removed. A crash between any two steps repeats removals, which is harmless, and skips none.
 *
 * Every process runs one; a follower tries to lead every ≈ 125 ms while it has seen no new
 * heartbeat for 450 ms; until then it costs the store nothing. Whether requests use the store at
 * present does not matter: a store that is too slow for them has to be kept fresh for when it is
 * not, and a writer may wait for the cursor.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #loop: WakeableLoop;
  #state: RelayState = 'away';
  #events = 0;
  #eventLagMs: number | null = null;
  #clears = 0;
  readonly #failures = new Episodes();
  /** When the last batch that had entries was read. */
  #readAt = -Infinity;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#loop = new WakeableLoop(parts.clock, () => this.#round());
  }

  get figures(): RelayFigures {
    const [state, events] = [this.#state, this.#events];
    return { state, events, eventLagMs: this.#eventLagMs, clears: this.#clears };
  }

  start(): void {
    this.#loop.start();
  }

  /** Something was appended. Who does not lead leaves it to who does. */
  wake(): void {
    if (this.#state !== 'leading') return;
    const sinceMs = this.#parts.clock.now() - this.#readAt;
    this.#loop.wake(Math.max(SHORTEST_PAUSE_MS, BUSY_ROUND_MS - sinceMs));
  }

  /** Ends the current round and resigns the lead. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    if (this.#state !== 'leading') return;
    // Without an answer the lead expires.
    await this.#parts.relayStore.resign().catch(() => undefined);
  }

  /** Returns the pause after the round, in milliseconds. */
  async #round(): Promise<number> {
    const { relayStore, clock, lease, waiters, monitor, logger, everyMs, random } = this.#parts;
    const followMs = FOLLOW_MS * (0.8 + 0.4 * random());
    const silentMs = monitor.heartbeatAgeMs;
    if (this.#state === 'following' && silentMs < QUIET_MS) {
      return Math.max(SHORTEST_PAUSE_MS, QUIET_MS - silentMs);
    }
    try {
      const sentAt = clock.now();
      const round = await relayStore.beginRound();
      if (round === undefined) {
        this.#state = 'following';
        return followMs;
      }
      this.#state = 'leading';
      monitor.noteServer(round);
      const reading = await this.#read(round.cursor);
      if (reading === undefined) return this.#unavailable();
      if (reading.entries > 0) this.#readAt = clock.now();
      if (reading.invalidations === 'everything') this.#noteClear(round.cursor);
      const end = await this.#apply(round, reading);
      if (this.#failures.end()) logger.notice('Cache: the relay has recovered.');
      if (end === 'conflict') return SHORTEST_PAUSE_MS + RETRY_MS * random();
      this.#events += reading.entries;
      this.#eventLagMs = reading.oldestMs ?? this.#eventLagMs;
      waiters.advance(reading.cursor);
      // Also without a heartbeat, which proves something to others only if the round was short.
      lease.renew(sentAt, round.generation);
      monitor.noteOwnRound(round);
      return Math.max(SHORTEST_PAUSE_MS, everyMs() - (clock.now() - sentAt));
    } catch (error) {
      // Anything but an outage is a bug, which must not end the process.
      if (!(error instanceof CacheUnavailableError)) this.#reportFailure('failed', error);
      return this.#unavailable();
    }
  }

  /** Most writers have removed by themselves: then one call sees their marks and ends the round. */
  async #apply(round: RelayRound, { invalidations, cursor }: LogBatch): Promise<RoundEnd> {
    const { store, relayStore } = this.#parts;
    const marks = marksOf(invalidations);
    if (marks.length > 0) {
      const end = await relayStore.endMarkedRound?.(round, cursor, marks);
      if (end !== undefined && end !== 'unmarked') return end;
    }
    await applyInvalidations(store, invalidations, () => relayStore.beginRound());
    return relayStore.endRound(round, cursor);
  }

  #unavailable(): number {
    this.#state = 'away';
    return RETRY_MS;
  }

  /** Reads the log; `undefined` when that fails. */
  async #read(cursor: string | undefined): Promise<LogBatch | undefined> {
    try {
      return await this.#parts.log.read(cursor);
    } catch (error) {
      this.#reportFailure('cannot read the log', error);
      return undefined;
    }
  }

  /** Logs one line per episode; an episode ends with a successful round. */
  #reportFailure(what: string, error: unknown): void {
    if (!this.#failures.begin() || this.#loop.stopped) return;
    this.#parts.logger.warn(`Cache: the relay ${what} (${nameOf(error)}).`);
  }

  #noteClear(cursor: string | undefined): void {
    this.#clears++;
    if (cursor === undefined) return;
    this.#parts.logger.warn(
      'Cache: the invalidation log does not know the cursor (another or a restored database, or too old); the relay removes everything.',
    );
  }
}
