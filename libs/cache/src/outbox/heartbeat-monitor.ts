import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { RelayServer, RelayStore, RelayStatus } from '../store/relay-store.js';
import type { PositionWaiters } from './position-waiters.js';
import type { InvalidationLog } from './invalidation-log.js';
import { WakeableLoop } from './wakeable-loop.js';
import type { FreshnessLease } from './freshness-lease.js';

/** Collaborators of the monitor. */
export interface MonitorParts {
  readonly relayStore: RelayStore;
  readonly log: InvalidationLog;
  readonly lease: FreshnessLease;
  readonly waiters: PositionWaiters;
  readonly clock: Clock;
  /** Milliseconds between two looks. */
  readonly everyMs: () => number;
  /** Called after every look, successful or not. */
  readonly observed: () => void;
}

/** For so long after a round of this process's own relay there is nothing to look for. */
const OWN_ROUND_MS = 300;
/**
 * The third heartbeat observed after a position was read comes from a round that began after it. If
 * that round does not include the position either, the position belongs to another database and is
 * read again.
 */
const HEARTBEATS_TO_CATCH_UP = 3;

interface Observation {
  readonly sentAt: number;
  readonly heartbeat: string | undefined;
}

/**
 * Observes the heartbeat of the leading relay. A heartbeat that the previous observation did not
 * see was written after that observation was sent, so its proof is older by at most the longest
 * round. (The time of the observation that sees it proves nothing: a process that was suspended in
 * between finds a heartbeat written long ago.)
 *
 * On a new connection, and in a new term, the server may be another one or a restored one: nothing
 * is proved until a heartbeat includes the end of the log as read after that.
 */
export class HeartbeatMonitor {
  readonly #parts: MonitorParts;
  readonly #loop: WakeableLoop;
  #server: RelayServer | undefined;
  /** The last look in this term. */
  #last: Observation | undefined;
  /** The log's end at a moment after this term was noticed. */
  #required: string | undefined;
  /** When the last new heartbeat was seen, or the last round of this process ended. */
  #heartbeat = { at: -Infinity, generation: -1, own: false };
  #asking = false;
  #behind = 0;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#loop = new WakeableLoop(parts.clock, () => this.#look());
  }

  /** See {@link RelayServer.primaryAt}; `Infinity` while this connection has not reported it. */
  get primarySince(): number {
    const server = this.#server;
    return server?.generation === this.#parts.relayStore.generation ? server.primaryAt : Infinity;
  }

  /** Milliseconds since a new heartbeat was seen; `Infinity` before that on this connection. */
  get heartbeatAgeMs(): number {
    const { relayStore, clock } = this.#parts;
    const { at, generation } = this.#heartbeat;
    return generation === relayStore.generation ? clock.now() - at : Infinity;
  }

  /** Whether a look may show more than the last round of this process's own relay. */
  get #needed(): boolean {
    const proved = this.#heartbeat.own && this.heartbeatAgeMs < OWN_ROUND_MS;
    return !proved || this.#parts.waiters.waiting > 0;
  }

  /**
   * Notes which server answered. One that became primary anew over the same connection, or went
   * back to an earlier state, may have lost removals.
   */
  noteServer({ generation, term, primaryAt }: RelayServer): void {
    const known = this.#server;
    this.#server = { generation, term, primaryAt };
    if (known?.generation === generation && known.term === term) return;
    if (known?.generation === generation) this.#parts.lease.revoke();
    this.#last = undefined;
    this.#required = undefined;
  }

  /** Notes that a round of this process's own relay ended. */
  noteOwnRound({ generation }: RelayServer): void {
    this.#heartbeat = { at: this.#parts.clock.now(), generation, own: true };
  }

  /** Looks now: a writer waits for the cursor. */
  wake(): void {
    this.#loop.wake(0);
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Returns the pause after the look, in milliseconds. */
  async #look(): Promise<number> {
    if (this.#needed) await this.#observe();
    this.#parts.observed();
    return this.#parts.everyMs();
  }

  async #observe(): Promise<void> {
    const { relayStore, clock, waiters } = this.#parts;
    const sentAt = clock.now();
    try {
      const seen = await relayStore.observe();
      waiters.advance(seen.cursor);
      this.noteServer(seen);
      this.#compare(seen, sentAt);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }

  #compare(seen: RelayStatus, sentAt: number): void {
    const { heartbeat, generation } = seen;
    const before = this.#last;
    this.#last = { sentAt, heartbeat };
    if (this.#required === undefined) this.#require();
    if (before === undefined || heartbeat === undefined || heartbeat === before.heartbeat) return;
    this.#heartbeat = { at: this.#parts.clock.now(), generation, own: false };
    if (!this.#isCaughtUp(seen)) return;
    const { lease, relayStore } = this.#parts;
    lease.renew(before.sentAt - relayStore.longestRoundMs, generation);
  }

  #isCaughtUp({ cursor }: RelayStatus): boolean {
    if (this.#required === undefined || cursor === undefined) return false;
    if (this.#parts.log.includes(cursor, this.#required)) return true;
    if (++this.#behind >= HEARTBEATS_TO_CATCH_UP) this.#require();
    return false;
  }

  #require(): void {
    if (this.#asking) return;
    this.#asking = true;
    const server = this.#server;
    const settled = (position?: string): void => {
      this.#asking = false;
      const current =
        server?.generation === this.#server?.generation && server?.term === this.#server?.term;
      if (position === undefined || !current) return;
      this.#required = position;
      this.#behind = 0;
    };
    // The relay reports an unreadable log; the next observation or heartbeat reads it again.
    this.#parts.log.now().then(settled, () => settled());
  }
}
