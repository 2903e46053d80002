import { envelopeHead } from './envelope.js';
import type { FillRight } from './fill-right.js';
import { leaseRight, refreshRight } from './fill-right.js';
import type { LoadParts, LoadRequest, Miss } from './load-parts.js';
import { OwnLoads } from './own-loads.js';
import type { Found } from './lookup.js';
import type { Flight } from './single-flight.js';
import type { SerialisedValue } from './serialised-value.js';

/**
 * What a leader may do: load (`right` is `undefined` when nothing will be stored), share what
 * another process filled, or nothing.
 */
export type Way =
  | { readonly right: FillRight | undefined }
  | { readonly value: SerialisedValue; readonly freshMs: number | null; readonly covered: number }
  | 'left-alone';

/** The longest time between two looks at a key that another process loads, in milliseconds. */
const LOOK_AGAIN_MS = 250;

type Answer =
  | { readonly state: 'owned'; readonly right: FillRight }
  | { readonly state: 'wait' | 'resting'; readonly forMs: number }
  | { readonly state: 'look' | 'foreign' };

/** Settles with the other processes who loads: by a lease, or by a refresh of what is held. */
export class RightOfWay {
  constructor(private readonly parts: LoadParts) {}

  async obtain<T>(flight: Pick<Flight<unknown>, 'mark'>, request: LoadRequest<T>): Promise<Way> {
    const { store, clock, counters, limits, lookup } = this.parts;
    const { key, options, budget, manner, timed } = request;
    // A loader may wait for a load of another process that waits for its own: for one lease at most.
    const inside = OwnLoads.current !== undefined;
    const waitMs = inside ? Math.min(limits.leaseMs, limits.waitMs) : limits.waitMs;
    const giveUpAt = clock.now() + waitMs;
    const watch = store.watch(key);
    let miss = request.miss;
    let insist = manner === 'load';
    try {
      for (;;) {
        const answer = await this.#ask(request, miss, insist);
        if (answer.state === 'owned') return { right: answer.right };
        if (answer.state === 'foreign') return { right: undefined };
        if (answer.state === 'resting' && !insist) return 'left-alone';
        if (answer.state === 'wait') {
          if (manner === 'leave') return 'left-alone';
          const patience = giveUpAt - clock.now();
          if (patience <= 0) {
            if (typeof miss !== 'object') return { right: undefined };
            // What is held is the fence, so a refresh without its turn can still be stored.
            insist = true;
            continue;
          }
          counters.waits++;
          request.elsewhere?.();
          await watch.changed(Math.min(answer.forMs + 1, LOOK_AGAIN_MS, patience));
        }
        // The value always comes from a new read, and is shared only with those who were here
        // before that read was sent.
        const covered = flight.mark();
        const found = await lookup.find(key, options, budget, timed);
        if (found === 'away' || found === 'foreign') return { right: undefined };
        if (typeof found === 'object' && isFresh(found)) {
          return { value: found.opened.value, freshMs: found.freshMs, covered };
        }
        if (manner === 'leave') return 'left-alone';
        miss = found;
      }
    } catch (error) {
      lookup.excuse(error);
      return manner === 'leave' ? 'left-alone' : { right: undefined };
    } finally {
      watch.close();
    }
  }

  async #ask<T>(
    { key, budget, manner }: LoadRequest<T>,
    miss: Miss,
    insist: boolean,
  ): Promise<Answer> {
    const { store, reads, limits } = this.parts;
    const envelope = typeof miss === 'object' ? miss.opened.envelope : undefined;
    if (envelope === undefined) {
      const terms = { leaseMs: limits.leaseMs, replace: miss === 'corrupt' };
      const answer = await budget.spend((ms) => reads.acquire(key, terms, ms));
      if (answer.state === 'owned') {
        return { state: 'owned', right: leaseRight(store, answer.lease) };
      }
      return answer.state === 'present' ? { state: 'look' } : answer;
    }
    const terms = { turnMs: limits.leaseMs, insist, background: manner === 'leave' };
    const head = envelopeHead(envelope.id);
    const answer = await budget.spend((ms) => reads.beginRefresh(key, head, terms, ms));
    if (answer.state === 'owned') {
      return { state: 'owned', right: refreshRight(store, answer.refresh) };
    }
    return answer.state === 'gone' ? { state: 'look' } : answer;
  }
}

const isFresh = ({ freshness }: Found): boolean => freshness === 'fresh' || freshness === 'early';
