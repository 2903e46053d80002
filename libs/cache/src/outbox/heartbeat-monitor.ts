import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { RelayStore, RelayStatus } from '../store/relay-store.js';
import type { PositionWaiters } from './position-waiters.js';
import type { InvalidationLog } from './invalidation-log.js';
import { WakeableSleep } from './wakeable-sleep.js';
import type { FreshnessLease } from './freshness-lease.js';

/** What a watch works with. */
export interface MonitorParts {
  readonly relayStore: RelayStore;
  readonly log: InvalidationLog;
  readonly lease: FreshnessLease;
  readonly waiters: PositionWaiters;
  readonly clock: Clock;
  /** After every look, successful or not. */
  readonly observed: () => void;
}

const OBSERVE_MS = 100;
/**
 * The third beat that is seen after a position was learnt was given by a turn that began after it.
 * When that one does not cover it either, it is another database's, and is asked for anew.
 */
const HEARTBEATS_TO_COVER = 3;

/** Since when the server that a connection leads to has been primary, at the latest. */
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
 * Watches the beat, whoever gives it. A beat that the look before did not see was written after
 * that look was sent, so what it proves is no older than that by more than the longest turn. (The
 * time of the look that sees it proves nothing: a process that slept in between finds a beat that
 * was written long ago.)
 *
 * On a new connection the server may be another one, or a restored one: nothing counts until a
 * beat covers the log's end as it was after connecting.
 */
export class HeartbeatMonitor {
  readonly #parts: MonitorParts;
  readonly #pause: WakeableSleep;
  #last: Observation | undefined;
  #required: Required | undefined;
  #primary: Primary | undefined;
  /** When the last new heartbeat was seen. */
  #beat = { at: -Infinity, generation: -1 };
  #asking = false;
  #uncovered = 0;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#pause = new WakeableSleep(parts.clock);
  }

  /**
   * Since when, at the latest, the server at the other end has been the one that takes writes, on
   * the clock; `Infinity` when this connection has not told yet.
   */
  get primarySince(): number {
    const office = this.#primary;
    return office?.generation === this.#parts.relayStore.generation ? office.since : Infinity;
  }

  /** Milliseconds since a new heartbeat was seen; `Infinity` before that on this connection. */
  get heartbeatAgeMs(): number {
    const { relayStore, clock } = this.#parts;
    const { at, generation } = this.#beat;
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
    this.#beat = { at: this.#parts.clock.now(), generation };
    if (!this.#covered(seen)) return;
    const { lease, relayStore } = this.#parts;
    lease.renew(before.sentAt - relayStore.longestRoundMs, generation);
  }

  #covered({ cursor, generation }: RelayStatus): boolean {
    const required = this.#required;
    if (required?.generation !== generation || cursor === undefined) return false;
    if (this.#parts.log.includes(cursor, required.position)) return true;
    if (++this.#uncovered >= HEARTBEATS_TO_COVER) this.#require(generation);
    return false;
  }

  #require(generation: number): void {
    if (this.#asking) return;
    this.#asking = true;
    const settled = (position?: string): void => {
      this.#asking = false;
      if (position === undefined) return;
      this.#required = { position, generation };
      this.#uncovered = 0;
    };
    // A log that cannot be read is the relay's to report; the next look or beat asks again.
    this.#parts.log.now().then(settled, () => settled());
  }
}
