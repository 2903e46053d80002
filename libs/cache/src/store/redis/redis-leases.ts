import { CacheUnavailableError } from '../../cache-errors.js';
import { selectKeys } from '../../keys/key-selection.js';
import { headerOfPlain } from '../../values/envelope.js';
import type {
  Acquisition,
  Lease,
  LeaseTerms,
  RefreshAcquisition,
  RefreshLease,
  RefreshTerms,
} from '../cache-store.js';
import type { IndexSweeper } from './key-index/index-sweeper.js';
import type { KeyLayout } from './key-layout.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { InvalidationAnnouncer } from './near-cache/invalidation-announcer.js';
import { asList, asNumber, asText } from './replies.js';
import {
  ACQUIRE,
  ACQUIRE_REFRESH,
  FILL,
  REFILL,
  RELEASE,
  RELEASE_REFRESH,
  WRITE,
} from './scripts/compiled-scripts.js';
import { Staging } from './staging.js';
import { KEEP_LEASES } from './stored-formats.js';
import { UniqueIds } from './unique-ids.js';

/** Timeout of a release without a caller, in milliseconds. */
const ABANDON_MS = 1_000;
/** How many additions share one check of index members; see `index_add`. */
const PROBE_EVERY = 8;
const PROBES = 32;

/**
 * Writing values to Redis, under a lease, under a refresh lease, or without one: one script each.
 */
export class RedisLeases {
  readonly #ids = new UniqueIds();
  readonly #staging: Staging;
  readonly #indexed: '0' | '1';
  #additions = 0;

  /** @param sweeper absent without an index */
  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly sweeper: IndexSweeper | undefined,
    private readonly announcer: InvalidationAnnouncer,
  ) {
    this.#staging = new Staging(connection, layout, this.#ids);
    this.#indexed = sweeper === undefined ? '0' : '1';
  }

  async acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    const { connection, layout } = this;
    const { generation } = connection;
    const token = this.#ids.next();
    const leaseMs = Math.max(1, Math.round(terms.leaseMs));
    const keys = [layout.data(key), layout.index];
    const args = [
      ...[token, String(leaseMs), String(leaseMs * KEEP_LEASES), key],
      ...[terms.replace ? '1' : '0', this.#indexed, layout.prefix, this.#probes()],
    ];
    let answer: unknown;
    try {
      answer = await connection.run(ACQUIRE, keys, args, withinMs);
    } catch (error) {
      this.#abandon(key, token);
      throw error;
    }
    connection.assertGeneration(generation);
    const [state, detail, taken] = asList(answer).map(asText);
    if (state === 'owned' && detail !== undefined) {
      return { state, lease: { key, token: detail, generation }, takenOver: taken === '1' };
    }
    if (state === 'wait') return { state, forMs: Number(detail) };
    return { state: state === 'present' ? 'present' : 'foreign' };
  }

  async fill(
    lease: Lease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    const { connection, layout, sweeper } = this;
    // After a reconnect the server may be a restored one that still has the lease of a load that
    // was invalidated since.
    if (lease.generation !== connection.generation) return false;
    const staged = this.#staging.stage(text, withinMs);
    const keys = [layout.data(lease.key), ...staged.keys];
    const ttl = ttlMs === undefined ? '' : String(ttlMs);
    const args = [lease.token, ttl, staged.inline, layout.channel, lease.key];
    const answer = asNumber(await connection.run(FILL, keys, args, withinMs));
    connection.assertGeneration(lease.generation);
    if (answer === 1 && ttlMs !== undefined) sweeper?.expectExpiry(ttlMs);
    return answer === 1;
  }

  async release(lease: Lease, withinMs: number, hitForMissMs = 0): Promise<boolean> {
    const { connection, layout } = this;
    if (lease.generation !== connection.generation) return false;
    const args = [lease.token, layout.channel, lease.key, String(Math.round(hitForMissMs))];
    const answer = await connection.run(RELEASE, [layout.data(lease.key)], args, withinMs);
    connection.assertGeneration(lease.generation);
    return asNumber(answer) === 1;
  }

  async write(
    key: string,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<void> {
    const { connection, layout, sweeper, announcer } = this;
    const staged = this.#staging.stage(text, withinMs);
    const keys = [layout.data(key), layout.index, layout.removals, ...staged.keys];
    const args = [
      ...[ttlMs === undefined ? '' : String(ttlMs), staged.inline, layout.channel, key],
      ...[this.#indexed, ...announcer.withoutBarrier(selectKeys([key]))],
      ...[layout.prefix, this.#probes()],
    ];
    if (asNumber(await connection.run(WRITE, keys, args, withinMs)) !== 1) {
      throw new CacheUnavailableError('refused', 'The cache store lost the staged value.');
    }
    if (ttlMs !== undefined) sweeper?.expectExpiry(ttlMs);
  }

  async acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    const { connection, layout } = this;
    const { generation } = connection;
    const token = this.#ids.next();
    const leaseMs = String(Math.max(1, Math.round(terms.leaseMs)));
    const keys = [layout.data(key), layout.refresh(key)];
    const asks = terms.force ? '1' : terms.background === true ? '2' : '0';
    const args = [head, token, leaseMs, asks, terms.claim === true ? headerOfPlain(head) : ''];
    const answer = await connection.run(ACQUIRE_REFRESH, keys, args, withinMs);
    connection.assertGeneration(generation);
    const [state, left] = asList(answer).map(asText);
    // The fill was read, or claimed, on this connection before the source is read. If it is still stored at the
    // refill, on the same connection, it was stored all the time, because its id is unique. So no
    // invalidation happened in between, and the source is read after all earlier ones.
    if (state === 'owned') return { state, refresh: { key, head, token, generation } };
    if (state === 'wait' || state === 'backoff') return { state, forMs: Number(left) };
    return { state: 'gone' };
  }

  async refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    const { connection, layout, sweeper, announcer } = this;
    // A restored server may contain values that were invalidated since.
    if (refresh.generation !== connection.generation) return false;
    const staged = this.#staging.stage(text, withinMs);
    const { key, head, token } = refresh;
    const keys = [layout.data(key), layout.refresh(key), layout.removals, ...staged.keys];
    const args = [
      ...[head, token, ttlMs === undefined ? '' : String(ttlMs), staged.inline, layout.channel],
      ...[key, ...announcer.withoutBarrier(selectKeys([key]))],
    ];
    const answer = asNumber(await connection.run(REFILL, keys, args, withinMs));
    connection.assertGeneration(refresh.generation);
    if (answer === 1 && ttlMs !== undefined) sweeper?.expectExpiry(ttlMs);
    return answer === 1;
  }

  async releaseRefresh(
    refresh: RefreshLease,
    restMs: number,
    withinMs: number,
    hitForMissMs = 0,
  ): Promise<boolean> {
    const { connection, layout } = this;
    if (refresh.generation !== connection.generation) return false;
    const { key, head, token } = refresh;
    const keys = [layout.data(key), layout.refresh(key)];
    const [rest, hitForMiss] = [String(Math.round(restMs)), String(Math.round(hitForMissMs))];
    const args = [head, token, rest, layout.channel, key, hitForMiss];
    const answer = await connection.run(RELEASE_REFRESH, keys, args, withinMs);
    connection.assertGeneration(refresh.generation);
    return asNumber(answer) === 1;
  }

  /**
   * A lease may have been granted, or may still be, although this process got no reply; other
   * callers would then wait for a load that never runs. The release is sent after the acquisition
   * on the same connection, so that it finds its result.
   */
  #abandon(key: string, token: string): void {
    const { connection, layout } = this;
    const args = [token, layout.channel, key, '0'];
    connection.run(RELEASE, [layout.data(key)], args, ABANDON_MS, 'always').catch(() => undefined);
  }

  /** How many index members the next addition checks: many at once, see `index_add`. */
  #probes(): string {
    if (this.#additions++ % PROBE_EVERY !== 0) return '0';
    if (this.sweeper?.probes !== true) return String(PROBES);
    this.sweeper.probe(PROBES);
    return '0';
  }
}
