import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';
import { pause, settleWithin } from '../clock.js';
import { Episodes } from '../episodes.js';
import type { CacheStore } from '../store/cache-store.js';
import type { RelayStore } from '../store/relay-store.js';
import type { Recorder } from '../observe/recorder.js';
import { reportedRemovals } from './apply-invalidations.js';
import { HeartbeatMonitor } from './heartbeat-monitor.js';
import type {
  CommitPosition,
  Consistency,
  Freshness,
  FreshnessFigures,
  FreshnessProbe,
} from './freshness.js';
import { PositionWaiters } from './position-waiters.js';
import type { InvalidationLog, LogHost } from './invalidation-log.js';
import { Relay } from './relay.js';
import { FreshnessLease } from './freshness-lease.js';

/** Collaborators of the guard. */
export interface FreshnessParts {
  readonly store: CacheStore;
  readonly relayStore: RelayStore;
  readonly log: InvalidationLog;
  readonly consistency: Consistency;
  readonly clock: Clock;
  /** What the loops of relay and monitor sleep by. Default: the clock. */
  readonly loopClock?: Clock | undefined;
  readonly logger: CacheLogger;
  readonly random: () => number;
  /** What counts the relay's removals. Default: nothing. */
  readonly recorder?: Recorder | undefined;
}

/** How long a proof is valid beyond the longest round, in milliseconds. */
const SHARED_LEASE_MS = 1_000;
/**
 * The same for an in-process store, in milliseconds: each write waits for it when there are other
 * processes.
 */
const OWN_LEASE_MS = 300;
/** Between two rounds, and between two looks, in milliseconds. */
const SHARED_ROUND_MS = 100;
/** The same for a process that is asked nothing: few enough proofs must fail for it to stay fresh. */
const IDLE_ROUND_MS = 200;
const OWN_ROUND_MS = 50;
/** Allowance for the resolution of the clocks of the store and of this process, in milliseconds. */
const MARGIN_MS = 5;
/** How long `open` waits for the first proof, in milliseconds. */
const FIRST_PROOF_MS = 1_000;

/**
 * Keeps a store fresh by an invalidation log and knows whether it is: a relay, a heartbeat monitor,
 * and the freshness lease that both renew.
 */
export class FreshnessGuard implements Freshness {
  readonly #parts: FreshnessParts;
  readonly #lease: FreshnessLease;
  readonly #waiters: PositionWaiters;
  readonly #relay: Relay;
  readonly #monitor: HeartbeatMonitor;
  #fresh = false;
  #since: number;
  readonly #unproved = new Episodes();
  /** Whether the store was read since the last look. */
  #asked = true;
  #idle = false;
  #firstProof: () => void = () => undefined;

  constructor(parts: FreshnessParts) {
    const { store, relayStore, log, clock, logger, random } = parts;
    this.#parts = parts;
    this.#since = clock.now();
    const leaseMs = relayStore.shared ? SHARED_LEASE_MS : OWN_LEASE_MS;
    const lease = new FreshnessLease(clock, relayStore, leaseMs + relayStore.longestRoundMs);
    const waiters = new PositionWaiters(clock, log);
    this.#lease = lease;
    this.#waiters = waiters;
    const loopClock = parts.loopClock ?? clock;
    const everyMs = (): number => this.#everyMs();
    const common = { relayStore, log, lease, waiters, clock: loopClock, everyMs };
    const monitor = new HeartbeatMonitor({ ...common, observed: () => this.#observed() });
    this.#monitor = monitor;
    const { recorder } = parts;
    const removals = recorder === undefined ? store : reportedRemovals(store, clock, recorder);
    this.#relay = new Relay({ ...common, store: removals, logger, monitor, random });
  }

  /** Whether the store may be read. Cost: one clock reading. */
  get trusted(): boolean {
    this.#asked = true;
    return this.#parts.consistency === 'bounded' || this.#lease.valid;
  }

  trusts(): boolean {
    return this.trusted;
  }

  /** See {@link FreshnessLease.epoch}. */
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
    this.#logProof();
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

  /**
   * Starts, and waits for the first proof, for a limited time and only if one can arrive.
   *
   * @param afterCommit for the log, see {@link LogHost}
   */
  async open(afterCommit: LogHost['afterCommit']): Promise<void> {
    const { log, store, clock, relayStore, logger } = this.#parts;
    const warn = (message: string): void => logger.warn(message);
    await log.open({ shared: relayStore.shared, afterCommit, warn });
    log.onAppend(() => this.#relay.wake());
    this.#relay.start();
    this.#monitor.start();
    if (!store.connected || this.#lease.valid) return;
    const proved = new Promise<void>((resolve) => (this.#firstProof = resolve));
    await settleWithin(clock, proved, FIRST_PROOF_MS, () => undefined);
  }

  /** Resigns the lead; the store must still be open. */
  async close(): Promise<void> {
    await this.#monitor.stop();
    await this.#relay.stop();
    await this.#parts.log.close();
  }

  /**
   * Waits until no reader can be served what the write made stale: until the relay has applied the
   * log up to the write, or all freshness leases granted before it have expired. Resolves with
   * whether it was applied.
   */
  async waitUntilApplied({ position, committedAt }: CommitPosition): Promise<boolean> {
    this.#monitor.wake();
    return this.#waiters.waitFor(position, committedAt + this.#lease.leaseMs + MARGIN_MS);
  }

  /**
   * Waits until the freshness leases of processes that use another store have expired: processes
   * with an in-process store, whose rounds cover only themselves, and processes that have not yet
   * noticed a failover. The former primary renews no lease any more, but earlier leases remain
   * valid for a while.
   */
  async commitWait({ committedAt }: CommitPosition): Promise<void> {
    const { log, relayStore, clock } = this.#parts;
    const leaseMs = this.#lease.leaseMs + MARGIN_MS;
    if (!relayStore.shared && log.isSoleInstance(leaseMs)) return;
    const since = relayStore.shared ? this.#monitor.primarySince : committedAt;
    const leftMs = Math.min(since, committedAt) + leaseMs - clock.now();
    if (leftMs > 0) await pause(clock, leftMs);
  }

  /**
   * Takes the present end of the log and waits until the store is proved to have all of it.
   *
   * @throws what the log throws when it cannot be read
   */
  async probe(withinMs: number): Promise<FreshnessProbe> {
    const { clock, log } = this.#parts;
    const begin = clock.now();
    const position = await log.now();
    const covered = this.#waiters.waitFor(position, begin + withinMs);
    this.#monitor.wake();
    const isCovered = await covered;
    return { position, coveredAfterMs: isCovered ? clock.now() - begin : null };
  }

  #everyMs(): number {
    if (!this.#parts.relayStore.shared) return OWN_ROUND_MS;
    return this.#idle ? IDLE_ROUND_MS : SHARED_ROUND_MS;
  }

  /** After every look: whether the next may come later. */
  #observed(): void {
    this.#idle = !this.#asked && this.#waiters.waiting === 0 && this.#lease.valid;
    this.#asked = false;
    this.#logProof();
  }

  /**
   * Logs one line when the proof is missing although the store answers, and one when it is back.
   */
  #logProof(): void {
    const { clock, store, logger, consistency } = this.#parts;
    const fresh = this.#lease.valid;
    if (fresh) this.#firstProof();
    if (fresh !== this.#fresh) {
      this.#fresh = fresh;
      this.#since = clock.now();
    }
    const missing = !fresh && store.connected && clock.now() - this.#since >= FIRST_PROOF_MS;
    if (missing && this.#unproved.begin()) {
      logger.warn(
        consistency === 'strict'
          ? 'Cache: the store is not proved fresh; reads bypass it until it is.'
          : 'Cache: the store is not proved fresh; its values are still served (consistency: bounded).',
      );
    } else if (fresh && this.#unproved.end()) {
      logger.notice('Cache: the store is proved to be fresh.');
    }
  }
}
