import type { KeySelection } from '../keys/key-selection.js';
import { matcherOf } from '../keys/key-selection.js';
import type { Fill, GhostAnswer, GhostReport } from './ghost.js';
import { hashOf, isSampled } from './ghost.js';
import type { Tally } from './tally.js';

/** Sampled fills and misses that one report holds; beyond it the sampled share is halved. */
const MAX_QUEUED = 1_000;
/** Removals that are remembered; a fill from before the oldest has an unknown end. */
const MAX_REMOVALS = 1_024;

/** Why a read found no value. `unknown`: it was removed or evicted, and too much happened since. */
export type MissCause = 'first' | 'expired' | 'invalidated' | 'evicted' | 'unreadable' | 'unknown';

interface Missed {
  readonly key: string;
  readonly hash: number;
  readonly at: number;
  readonly tally: Tally;
  /** A fill of this process that has not been reported. */
  readonly own: Fill | undefined;
}

/** A miss that the ghost was asked about. */
interface Asked {
  readonly missed: Missed;
  readonly fill: Fill | undefined;
  /** The sampled share then: one miss stands for `1 / share`. */
  readonly share: number;
}

interface PastRemoval {
  readonly from: number;
  readonly to: number;
  readonly covers: (key: string) => boolean;
}

/**
 * Why reads miss, for a sample of the keys, decided in the background. A miss is decided one report
 * after it was asked about, so that the removals of other processes have arrived.
 */
export class MissCauses {
  #share = 1;
  #fills = new Map<number, Fill>();
  /** Fills of a report that is on its way. */
  #sent = new Map<number, Fill>();
  #misses: Missed[] = [];
  #waiting: Asked[] = [];
  readonly #removals: PastRemoval[] = [];
  /** The time up to which removals may be missing. */
  #incompleteUntil = 0;

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number) {}

  /** @param ttlMs `undefined` without expiry */
  filled(key: string, ttlMs: number | undefined): void {
    const hash = hashOf(key);
    if (!isSampled(hash, this.#share)) return;
    const filledAt = this.now();
    this.#fills.set(hash, { filledAt, endsAt: ttlMs === undefined ? 0 : filledAt + ttlMs });
    if (this.#fills.size > MAX_QUEUED) this.#lower(this.#share / 2);
  }

  missed(key: string, tally: Tally): void {
    const hash = hashOf(key);
    if (!isSampled(hash, this.#share)) return;
    const own = this.#fills.get(hash);
    this.#misses.push({ key, hash, at: this.now(), tally, own });
    if (this.#misses.length > MAX_QUEUED) this.#lower(this.#share / 2);
  }

  /** A fill of a sampled key of which no report has arrived yet. */
  unreported(hash: number): Fill | undefined {
    return this.#fills.get(hash) ?? this.#sent.get(hash);
  }

  /** A removal of this process that took `ms` milliseconds, or one that another process reports. */
  removed(selection: KeySelection, ms = 0, at = this.now()): void {
    this.#removals.push({ from: at - ms, to: at, covers: matcherOf(selection) });
    if (this.#removals.length <= MAX_REMOVALS) return;
    this.#incompleteUntil = Math.max(this.#incompleteUntil, this.#removals.shift()?.to ?? 0);
  }

  /** Some removals up to now were not reported. */
  omitted(): void {
    this.#incompleteUntil = this.now();
  }

  /** What to ask the ghost; `settle` must follow with its answer, `undefined` if there is none. */
  take(): { readonly report: GhostReport; readonly settle: (answer?: GhostAnswer) => void } {
    const [fills, misses] = [this.#fills, this.#misses];
    this.#sent = fills;
    this.#fills = new Map();
    this.#misses = [];
    const report = {
      fills: [...fills],
      misses: misses.map(({ hash }) => hash),
      share: this.#share,
    };
    const settle = (answer?: GhostAnswer): void => {
      this.#sent = new Map();
      for (const asked of this.#waiting) this.#decide(asked);
      this.#waiting = [];
      // Without an answer these misses are not decided: their share is of the misses that are.
      if (answer === undefined) return this.#reportAgain(fills);
      this.#lower(answer.share);
      const share = this.#share;
      // Of keys that are not sampled any more the ghost has forgotten the fills.
      this.#waiting = misses
        .map((missed, at) => ({ missed, fill: missed.own ?? answer.known[at], share }))
        .filter(({ missed }) => isSampled(missed.hash, share));
    };
    return { report, settle };
  }

  /** Fills of a report that did not arrive go with the next. */
  #reportAgain(fills: ReadonlyMap<number, Fill>): void {
    this.#fills = new Map([...fills, ...this.#fills]);
    if (this.#fills.size > MAX_QUEUED) this.#lower(this.#share / 2);
  }

  #decide({ missed, fill, share }: Asked): void {
    const { tally, at } = missed;
    const cause = this.#causeOf(missed, fill);
    tally.add(`cause_${cause}`, 1 / share);
    if (cause !== 'expired' || fill === undefined) return;
    // How late it was asked for again, in lifetimes.
    const lifetime = fill.endsAt - fill.filledAt;
    tally.lateness.add((at - fill.endsAt) / lifetime, 1 / share);
    tally.add('expired_ttl_ms', lifetime / share);
  }

  #causeOf({ key, at }: Missed, fill: Fill | undefined): MissCause {
    if (fill === undefined) return 'first';
    const expired = fill.endsAt !== 0 && at >= fill.endsAt;
    const end = expired ? fill.endsAt : at;
    const isRemoved = this.#removals.some(
      ({ from, to, covers }) => to > fill.filledAt && from <= end && covers(key),
    );
    if (isRemoved) return 'invalidated';
    if (expired) return 'expired';
    return fill.filledAt <= this.#incompleteUntil ? 'unknown' : 'evicted';
  }

  /** What stays in the queues stands for what leaves them. */
  #lower(share: number): void {
    if (share >= this.#share) return;
    this.#share = share;
    for (const hash of this.#fills.keys()) {
      if (!isSampled(hash, this.#share)) this.#fills.delete(hash);
    }
    this.#misses = this.#misses.filter(({ hash }) => isSampled(hash, this.#share));
  }
}
