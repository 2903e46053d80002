import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';
import { pause } from '../clock.js';
import type { CacheStore } from '../store/cache-store.js';
import type { RelayStore } from '../store/relay-store.js';
import { HeartbeatMonitor } from './heartbeat-monitor.js';
import { PositionWaiters } from './position-waiters.js';
import type { InvalidationLog } from './invalidation-log.js';
import type { RelayState } from './relay.js';
import { Relay } from './relay.js';
import { FreshnessLease } from './freshness-lease.js';

/**
 * `strict`: nothing is served without proof that it is fresh, and a write whose removal could not
 * be confirmed is answered when nobody can be served the old value any more. `bounded`: the store is
 * believed as long as it answers; what the relay has not applied yet may be served meanwhile.
 */
export type Consistency = 'strict' | 'bounded';

/** What freshness is kept with. */
export interface FreshnessParts {
  readonly store: CacheStore;
  readonly relayStore: RelayStore;
  readonly log: InvalidationLog;
  readonly consistency: Consistency;
  readonly clock: Clock;
  readonly logger: CacheLogger;
  readonly random: () => number;
}

/** How fresh this instance's view of the store is, and who keeps it so. */
export interface FreshnessFigures {
  readonly consistency: Consistency;
  /** Whether there is proof at present. Without it, `strict` serves nothing from the store. */
  readonly fresh: boolean;
  /** Whole seconds that it has been so. */
  readonly since_seconds: number;
  /** Whether this instance's relay applies the log, leaves it to another's, or cannot. */
  readonly relay: RelayState;
  /** Everything committed longer ago than this is certainly applied; `null` without any proof. */
  readonly proof_age_ms: number | null;
  /** Age of the oldest log entry of the last batch that this instance's relay applied. */
  readonly event_lag_ms: number | null;
  /** Log entries that this instance's relay applied. */
  readonly events: number;
  /** Times that it removed everything, because the log did not know the store's cursor. */
  readonly clears: number;
}

/** A write, as its log entries tell of it. */
export interface CommitPosition {
  /** What the log said when the entries were appended. */
  readonly position: string;
  /** After its commit, as `performance.now()` tells. */
  readonly committedAt: number;
}

/** How long a proof lasts beyond the longest turn, in milliseconds. */
const SHARED_LEASE_MS = 1_000;
/** Of a store in this process's memory: each write waits for it when there are other processes. */
const OWN_LEASE_MS = 300;
const SHARED_ROUND_MS = 100;
const OWN_ROUND_MS = 50;
/** Clocks of the store and of this process are read in milliseconds. */
const MARGIN_MS = 5;
/** How long an opening waits for the first proof. */
const FIRST_PROOF_MS = 1_000;

/**
 * Keeps a store fresh by a log, and knows whether it is: a relay, a watch on the beat, and the
 * validity that both prove.
 */
export class FreshnessGuard {
  readonly #parts: FreshnessParts;
  readonly #lease: FreshnessLease;
  readonly #waiters: PositionWaiters;
  readonly #relay: Relay;
  readonly #monitor: HeartbeatMonitor;
  #fresh = false;
  #since: number;
  #announced = false;
  #firstProof: () => void = () => undefined;

  constructor(parts: FreshnessParts) {
    const { store, relayStore, log, clock, logger, random } = parts;
    this.#parts = parts;
    this.#since = clock.now();
    const leaseMs = relayStore.shared ? SHARED_LEASE_MS : OWN_LEASE_MS;
    const lease = new FreshnessLease(clock, relayStore, leaseMs + relayStore.longestRoundMs);
    const waiters = new PositionWaiters(clock, log);
    const roundEveryMs = relayStore.shared ? SHARED_ROUND_MS : OWN_ROUND_MS;
    this.#lease = lease;
    this.#waiters = waiters;
    const common = { relayStore, log, lease, waiters, clock };
    this.#monitor = new HeartbeatMonitor({ ...common, observed: () => this.#notice() });
    const monitor = this.#monitor;
    this.#relay = new Relay({ ...common, store, logger, monitor, roundEveryMs, random });
  }

  /** Whether the store may be read. One look at the clock. */
  get trusted(): boolean {
    return this.#parts.consistency === 'bounded' || this.#lease.valid;
  }

  /** See `Validity.term`. */
  get epoch(): number {
    return this.#lease.epoch;
  }

  get strict(): boolean {
    return this.#parts.consistency === 'strict';
  }

  figures(): FreshnessFigures {
    const { clock, consistency } = this.#parts;
    const { ageMs } = this.#lease;
    const { state, events, eventLagMs, clears } = this.#relay.figures;
    this.#notice();
    return {
      consistency,
      fresh: this.#fresh,
      since_seconds: Math.floor((clock.now() - this.#since) / 1000),
      relay: state,
      proof_age_ms: ageMs === null ? null : Math.round(ageMs),
      event_lag_ms: eventLagMs,
      events,
      clears,
    };
  }

  /** Begins, and waits for the first proof, but not for long and never in vain. */
  async open(): Promise<void> {
    const { log, store, clock } = this.#parts;
    await log.open();
    log.onAppend(() => this.#relay.wake());
    this.#relay.start();
    this.#monitor.start();
    if (!store.connected || this.#lease.valid) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(FIRST_PROOF_MS, resolve);
      this.#firstProof = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Gives the lead back; the store must still be open. */
  async close(): Promise<void> {
    await this.#monitor.stop();
    await this.#relay.stop();
    await this.#parts.log.close();
  }

  /**
   * Waits until nobody can be served what the write made stale: until the log has been applied to
   * the shared store as far as the write, or all permissions to serve that were given without it
   * have run out. Whether it was applied.
   */
  async waitUntilApplied({ position, committedAt }: CommitPosition): Promise<boolean> {
    return this.#waiters.waitFor(position, committedAt + this.#lease.leaseMs + MARGIN_MS);
  }

  /**
   * Waits for those whom this process's store does not reach, until their permissions have run out:
   * processes with a store of their own, as nobody's turn covers another's, and processes that have
   * not noticed yet that another server has taken the place of theirs. The former one proves nothing
   * any more, but what it proved before holds for a while.
   */
  async commitWait({ committedAt }: CommitPosition): Promise<void> {
    const { log, relayStore, clock } = this.#parts;
    const leaseMs = this.#lease.leaseMs + MARGIN_MS;
    if (!relayStore.shared && log.isSoleInstance(leaseMs)) return;
    const since = relayStore.shared ? this.#monitor.primarySince : committedAt;
    const leftMs = Math.min(since, committedAt) + leaseMs - clock.now();
    if (leftMs > 0) await pause(clock, leftMs);
  }

  /** One line when proof is missing although the store answers, one when it is back. */
  #notice(): void {
    const { clock, store, logger, consistency } = this.#parts;
    const fresh = this.#lease.valid;
    if (fresh) this.#firstProof();
    if (fresh !== this.#fresh) {
      this.#fresh = fresh;
      this.#since = clock.now();
    }
    const missing = !fresh && store.connected && clock.now() - this.#since >= FIRST_PROOF_MS;
    if (missing && !this.#announced) {
      this.#announced = true;
      logger.warn(
        consistency === 'strict'
          ? 'Cache: nothing proves that the store is fresh; the source answers meanwhile.'
          : 'Cache: nothing proves that the store is fresh; what it holds is served all the same.',
      );
    } else if (fresh && this.#announced) {
      this.#announced = false;
      logger.notice('Cache: the store is proved to be fresh.');
    }
  }
}
