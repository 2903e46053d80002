import { CacheUnavailableError } from '../../cache-errors.js';
import { selectKeys } from '../../keys/key-selection.js';
import type { Acquisition, Lease, LeaseTerms } from '../cache-store.js';
import type { IndexSweeper } from './key-index/index-sweeper.js';
import type { KeyLayout } from './key-layout.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { InvalidationAnnouncer } from './near-cache/invalidation-announcer.js';
import { asList, asNumber, asText } from './replies.js';
import { ACQUIRE, FILL, RELEASE, WRITE } from './scripts/compiled-scripts.js';
import type { Script } from './scripts/script.js';
import type { Staging } from './staging.js';
import type { UniqueIds } from './unique-ids.js';

/** The right to fill lasts this many times as long as the lease. */
const KEEP_LEASES = 10;
/** Timeout of a release without a caller, in milliseconds. */
const ABANDON_MS = 1_000;
/** How many additions share one check of index members; see `index_add`. */
const PROBE_EVERY = 8;
const PROBES = 32;

/** Writing values to Redis, under a lease or without one: one script each. */
export class RedisLeases {
  readonly #connection: RedisConnection;
  readonly #layout: KeyLayout;
  readonly #sweeper: IndexSweeper | undefined;
  readonly #staging: Staging;
  readonly #ids: UniqueIds;
  readonly #announcer: InvalidationAnnouncer;
  #additions = 0;

  /** @param sweeper absent without an index */
  constructor(
    connection: RedisConnection,
    layout: KeyLayout,
    staging: Staging,
    ids: UniqueIds,
    sweeper: IndexSweeper | undefined,
    announcer: InvalidationAnnouncer,
  ) {
    this.#connection = connection;
    this.#layout = layout;
    this.#staging = staging;
    this.#ids = ids;
    this.#sweeper = sweeper;
    this.#announcer = announcer;
  }

  async acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    const layout = this.#layout;
    const leaseMs = Math.max(1, Math.round(terms.leaseMs));
    const { generation } = this.#connection;
    const token = this.#ids.next();
    const [state, detail] = asList(
      await this.#run(
        ACQUIRE,
        [layout.data(key), layout.index],
        [
          token,
          String(leaseMs),
          String(leaseMs * KEEP_LEASES),
          key,
          terms.replace ? '1' : '0',
          this.#indexed,
          layout.prefix,
          this.#probes(),
        ],
        withinMs,
      ).catch((error: unknown) => {
        this.#abandon(key, token);
        throw error;
      }),
    ).map(asText);
    this.#connection.assertGeneration(generation);
    if (state === 'owned' && detail !== undefined) {
      return { state, lease: { key, token: detail, generation } };
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
    // After a reconnect the server may be a restored one that still has the lease of a load that
    // was invalidated since.
    if (lease.generation !== this.#connection.generation) return false;
    const layout = this.#layout;
    const staged = this.#staging.stage(text, withinMs);
    const keys = [layout.data(lease.key), ...staged.keys];
    const ttl = ttlMs === undefined ? '' : String(ttlMs);
    const args = [lease.token, ttl, staged.inline, layout.channel, lease.key];
    const answer = asNumber(await this.#run(FILL, keys, args, withinMs));
    this.#connection.assertGeneration(lease.generation);
    if (answer === 1 && ttlMs !== undefined) this.#sweeper?.expectExpiry(ttlMs);
    return answer === 1;
  }

  async release(lease: Lease, withinMs: number, hitForMissMs = 0): Promise<boolean> {
    if (lease.generation !== this.#connection.generation) return false;
    const { channel } = this.#layout;
    const args = [lease.token, channel, lease.key, String(Math.round(hitForMissMs))];
    const answer = await this.#run(RELEASE, [this.#layout.data(lease.key)], args, withinMs);
    this.#connection.assertGeneration(lease.generation);
    return asNumber(answer) === 1;
  }

  async write(
    key: string,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<void> {
    const layout = this.#layout;
    const staged = this.#staging.stage(text, withinMs);
    const answer = await this.#run(
      WRITE,
      [layout.data(key), layout.index, layout.removals, ...staged.keys],
      [
        ttlMs === undefined ? '' : String(ttlMs),
        staged.inline,
        layout.channel,
        key,
        this.#indexed,
        ...this.#announcer.withoutBarrier(selectKeys([key])),
        layout.prefix,
        this.#probes(),
      ],
      withinMs,
    );
    if (asNumber(answer) !== 1) {
      throw new CacheUnavailableError('refused', 'The cache store lost the staged value.');
    }
    if (ttlMs !== undefined) this.#sweeper?.expectExpiry(ttlMs);
  }

  /**
   * A lease may have been granted, or may still be, although this process got no reply; other
   * callers would then wait for a load that never runs. The release is sent after the acquisition
   * on the same connection, so that it finds its result.
   */
  #abandon(key: string, token: string): void {
    const args = [token, this.#layout.channel, key, '0'];
    this.#connection
      .run(RELEASE, [this.#layout.data(key)], args, ABANDON_MS, 'always')
      .catch(() => undefined);
  }

  get #indexed(): '0' | '1' {
    return this.#sweeper === undefined ? '0' : '1';
  }

  #run(
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    withinMs: number,
  ): Promise<unknown> {
    return this.#connection.run(script, keys, args, withinMs, 'guarded');
  }

  /** How many index members the next addition checks: many at once, see `index_add`. */
  #probes(): string {
    return this.#additions++ % PROBE_EVERY === 0 ? String(PROBES) : '0';
  }
}
