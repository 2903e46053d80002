import { randomBytes } from 'node:crypto';
import { REFRESH_NOW } from '../../values/get-or-set-options.js';
import { envelopeHead } from '../../values/envelope.js';
import { STORE_CALL } from '../../observe/recorder.js';
import type { Acquisition, RefreshAcquisition } from '../../store/cache-store.js';
import type { FillLease } from './fill-lease.js';
import { fillLease, refreshFillLease } from './fill-lease.js';
import type { LoadParts, LoadRequest, Miss } from './load-request.js';
import { LoadGraph } from './load-graph.js';
import type { StoredEntry } from '../lookup/lookup.js';
import type { Flight } from './single-flight.js';
import type { SerialisedValue } from '../../values/serialised-value.js';

/**
 * What a leader may do: load (the lease is `undefined` when nothing will be stored), share the
 * value that another process filled, or nothing.
 */
export type AcquisitionOutcome =
  | { readonly right: FillLease | undefined }
  | { readonly value: SerialisedValue; readonly freshMs: number | null; readonly waiters: number }
  | 'skipped';

/** Maximum time between two reads of a key that another process loads, in milliseconds. */
const POLL_MS = 250;

type Answer =
  | { readonly state: 'owned'; readonly right: FillLease }
  | { readonly state: 'wait' | 'backoff'; readonly forMs: number }
  | { readonly state: 'look' | 'foreign' };

/**
 * Decides among processes which one loads: by a lease, or by a refresh lease beside a stored value.
 */
export class LeaseAcquisition {
  constructor(private readonly parts: LoadParts) {}

  async acquire<T>(
    flight: Pick<Flight<unknown>, 'waiterCount'>,
    request: LoadRequest<T>,
  ): Promise<AcquisitionOutcome> {
    const { store, clock, recorder, limits, lookup } = this.parts;
    const { key, options, onContention } = request;
    // Loads of two processes may wait for each other, so a call inside a load waits for one lease
    // at most.
    const inside = LoadGraph.current !== undefined;
    const waitMs = inside ? Math.min(limits.leaseMs, limits.leaseWaitMs) : limits.leaseWaitMs;
    const giveUpAt = clock.now() + waitMs;
    const watch = store.watch(key);
    let miss = request.miss;
    let force = onContention === 'load';
    try {
      for (;;) {
        const answer = await this.#request(request, miss, force);
        if (answer.state === 'owned') return { right: answer.right };
        if (answer.state === 'foreign') return { right: undefined };
        if (answer.state === 'backoff' && !force) return 'skipped';
        if (answer.state === 'wait') {
          if (onContention === 'skip') return 'skipped';
          const leftMs = giveUpAt - clock.now();
          if (leftMs <= 0) {
            if (typeof miss !== 'object') return { right: undefined };
            // The stored value itself is the fence, so a refresh without a lease can still be
            // stored.
            force = true;
            continue;
          }
          recorder.add(key, options, 'waited');
          request.onContended?.();
          await watch.changed(Math.min(answer.forMs + 1, POLL_MS, leftMs));
        }
        // The value always comes from a new read, and is shared only with callers that joined
        // before that read was sent.
        const waiters = flight.waiterCount();
        const found = await lookup.find(request);
        if (found === 'unavailable' || found === 'foreign') return { right: undefined };
        if (typeof found === 'object' && isFresh(found)) {
          return { value: found.decoded.value, freshMs: found.freshMs, waiters };
        }
        if (onContention === 'skip') return 'skipped';
        miss = found;
      }
    } catch (error) {
      lookup.countUnavailable(error);
      return onContention === 'skip' ? 'skipped' : { right: undefined };
    } finally {
      watch.close();
    }
  }

  async #request<T>(
    { key, options, budget, onContention }: LoadRequest<T>,
    miss: Miss,
    force: boolean,
  ): Promise<Answer> {
    const { store, reads, limits, recorder } = this.parts;
    const stored = typeof miss === 'object' ? miss.decoded : undefined;
    const id = stored?.envelope?.id;
    // A plain value that is to be replaced has no id yet.
    const claim = stored !== undefined && id === undefined && options[REFRESH_NOW] === true;
    if (id === undefined && !claim) {
      const terms = { leaseMs: limits.leaseMs, replace: miss === 'corrupt' };
      const acquire = (ms: number): Promise<Acquisition> => reads.acquire(key, terms, ms);
      const answer = await budget.spend(acquire, STORE_CALL.acquire);
      if (answer.state === 'owned') {
        if (answer.takenOver === true) recorder.tookOver(key, options);
        return { state: 'owned', right: fillLease(store, answer.lease) };
      }
      return answer.state === 'present' ? { state: 'look' } : answer;
    }
    const terms = { leaseMs: limits.leaseMs, force, background: onContention === 'skip', claim };
    const head = envelopeHead(id ?? randomBytes(15).toString('base64url'));
    const refresh = (ms: number): Promise<RefreshAcquisition> =>
      reads.acquireRefresh(key, head, terms, ms);
    const answer = await budget.spend(refresh, STORE_CALL.acquire);
    if (answer.state === 'owned') {
      return { state: 'owned', right: refreshFillLease(store, answer.refresh) };
    }
    return answer.state === 'gone' ? { state: 'look' } : answer;
  }
}

const isFresh = ({ staleness }: StoredEntry): boolean =>
  staleness === 'fresh' || staleness === 'early';
