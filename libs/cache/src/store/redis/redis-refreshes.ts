import { selectKeys } from '../../keys/key-selection.js';
import type { RefreshLease, RefreshTerms, RefreshAcquisition } from '../cache-store.js';
import type { IndexSweeper } from './key-index/index-sweeper.js';
import type { KeyLayout } from './key-layout.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { InvalidationAnnouncer } from './near-cache/invalidation-announcer.js';
import { asList, asNumber, asText } from './replies.js';
import { ACQUIRE_REFRESH, REFILL, RELEASE_REFRESH } from './scripts/compiled-scripts.js';
import type { Staging } from './staging.js';
import type { UniqueIds } from './unique-ids.js';

/** Collaborators of refreshes in Redis. */
export interface RedisRefreshParts {
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  readonly staging: Staging;
  readonly ids: UniqueIds;
  /** Absent without an index. */
  readonly sweeper: IndexSweeper | undefined;
  readonly announcer: InvalidationAnnouncer;
}

/** Replacing values that are still served: one script each. */
export class RedisRefreshes {
  constructor(private readonly parts: RedisRefreshParts) {}

  async begin(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    const { connection, layout, ids } = this.parts;
    const { generation } = connection;
    const token = ids.next();
    const leaseMs = String(Math.max(1, Math.round(terms.leaseMs)));
    const keys = [layout.data(key), layout.refresh(key)];
    const asks = terms.force ? '1' : terms.background === true ? '2' : '0';
    const args = [head, token, leaseMs, asks];
    const [state, left] = asList(
      await connection.run(ACQUIRE_REFRESH, keys, args, withinMs, 'guarded'),
    ).map(asText);
    connection.assertGeneration(generation);
    // The fill was read on this connection before the source is read. If it is still stored at the
    // refill, on the same connection, it was stored all the time, because its id is unique. So no
    // invalidation happened in between, and the source is read after all earlier ones.
    if (state === 'owned') return { state, refresh: { key, head, token, generation } };
    if (state === 'wait') return { state, forMs: Number(left) };
    if (state === 'backoff') return { state, forMs: Number(left) };
    return { state: 'gone' };
  }

  async refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    const { connection, layout, staging, sweeper, announcer } = this.parts;
    // A restored server may contain values that were invalidated since.
    if (refresh.generation !== connection.generation) return false;
    const staged = staging.stage(text, withinMs);
    const { key } = refresh;
    const answer = asNumber(
      await connection.run(
        REFILL,
        [layout.data(key), layout.refresh(key), layout.removals, ...staged.keys],
        [
          ...[refresh.head, refresh.token, ttlMs === undefined ? '' : String(ttlMs)],
          ...[staged.inline, layout.channel, key],
          ...announcer.withoutBarrier(selectKeys([key])),
        ],
        withinMs,
        'guarded',
      ),
    );
    connection.assertGeneration(refresh.generation);
    if (answer === 1 && ttlMs !== undefined) sweeper?.expectExpiry(ttlMs);
    return answer === 1;
  }

  async end(
    refresh: RefreshLease,
    restMs: number,
    withinMs: number,
    hitForMissMs = 0,
  ): Promise<boolean> {
    const { connection, layout } = this.parts;
    if (refresh.generation !== connection.generation) return false;
    const { key, head, token } = refresh;
    const keys = [layout.data(key), layout.refresh(key)];
    const [rest, hitForMiss] = [restMs, hitForMissMs].map((ms) => String(Math.round(ms)));
    const args = [head, token, rest ?? '0', layout.channel, key, hitForMiss ?? '0'];
    const answer = await connection.run(RELEASE_REFRESH, keys, args, withinMs, 'guarded');
    connection.assertGeneration(refresh.generation);
    return asNumber(answer) === 1;
  }
}
