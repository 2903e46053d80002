import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { RelayStore, RelayStatus } from '../store/relay-store.js';
import type { PositionWaiters } from './position-waiters.js';
import type { InvalidationLog } from './invalidation-log.js';
import { WakeableSleep } from './wakeable-sleep.js';
import type { FreshnessLease } from './freshness-lease.js';

/** Collaborators of the monitor. */
export interface MonitorParts {
  readonly relayStore: RelayStore;
  readonly log: InvalidationLog;
  readonly lease: FreshnessLease;
  readonly waiters: PositionWaiters;
  readonly clock: Clock;
  /** Called after every observation, successful or not. */
  readonly observed: () => void;
}

const OBSERVE_MS = 100;
/**
 * The third heartbeat observed after a position was read comes from a round that began after it. If
 * that round does not include the position either, the position belongs to another database and is
 * read again.
 */
const HEARTBEATS_TO_CATCH_UP = 3;

/** The latest time at which the connected server can have become primary. */
interface Primary {
  readonly since: number;
  readonly generation: number;
}

interface Observation {
  readonly sentAt: number;
  readonly heartbeat: string | undefined;
  readonly generation: number;
}

/** The log's end at a moment after the connection was made. */
interface Required {
  readonly position: string;
  readonly generation: number;
}

/**
 * Observes the heartbeat of the leading relay. A heartbeat that the previous observation did not
 * see was written after that observation was sent, so its proof is older by at most the longest
 * round. (The time of the observation that sees it proves nothing: a process that was suspended in
 * between finds a heartbeat written long ago.)
 *
 * On a new connection the server may be another one or a restored one: nothing is proved until a
 * heartbeat includes the end of the log as read after connecting.
 */
export class HeartbeatMonitor {
  readonly #parts: MonitorParts;
  readonly #pause: WakeableSleep;
  #last: Observation | undefined;
  #required: Required | undefined;
  #primary: Primary | undefined;
  /** When the last new heartbeat was seen. */
  #heartbeat = { at: -Infinity, generation: -1 };
  #asking = false;
  #behind = 0;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#pause = new WakeableSleep(parts.clock);
  }

  /**
   * The latest time, on the clock, at which the connected server can have become primary;
   * `Infinity` while this connection has not reported it.
   */
  get primarySince(): number {
    const primary = this.#primary;
    return primary?.generation === this.#parts.relayStore.generation ? primary.since : Infinity;
  }

  /** Milliseconds since a new heartbeat was seen; `Infinity` before that on this connection. */
  get heartbeatAgeMs(): number {
    const { relayStore, clock } = this.#parts;
    const { at, generation } = this.#heartbeat;
    return generation === relayStore.generation ? clock.now() - at : Infinity;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause.wake(0);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#observe();
      this.#parts.observed();
      if (!this.#stopped) await this.#pause.sleep(OBSERVE_MS);
    }
  }

  async #observe(): Promise<void> {
    const { relayStore, clock, waiters } = this.#parts;
    const sentAt = clock.now();
    try {
      const seen = await relayStore.observe();
      waiters.advance(seen.cursor);
      const { generation, primaryForMs } = seen;
      this.#primary = { generation, since: clock.now() - primaryForMs };
      this.#compare(seen, sentAt);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }

  #compare(seen: RelayStatus, sentAt: number): void {
    const { heartbeat, generation } = seen;
    const before = this.#last;
    this.#last = { sentAt, heartbeat, generation };
    if (this.#required?.generation !== generation) this.#require(generation);
    if (
      before?.generation !== generation ||
      heartbeat === undefined ||
      heartbeat === before.heartbeat
    )
      return;
    this.#heartbeat = { at: this.#parts.clock.now(), generation };
    if (!this.#isCaughtUp(seen)) return;
    const { lease, relayStore } = this.#parts;
    lease.renew(before.sentAt - relayStore.longestRoundMs, generation);
  }

  #isCaughtUp({ cursor, generation }: RelayStatus): boolean {
    const required = this.#required;
    if (required?.generation !== generation || cursor === undefined) return false;
    if (this.#parts.log.includes(cursor, required.position)) return true;
    if (++this.#behind >= HEARTBEATS_TO_CATCH_UP) this.#require(generation);
    return false;
  }

  #require(generation: number): void {
    if (this.#asking) return;
    this.#asking = true;
    const settled = (position?: string): void => {
      this.#asking = false;
      if (position === undefined) return;
      this.#required = { position, generation };
      this.#behind = 0;
    };
    // The relay reports an unreadable log; the next observation or heartbeat reads it again.
    this.#parts.log.now().then(settled, () => settled());
  }
}
