import type { Clock } from '../clock.js';
import { decodeSelection, type KeySelection } from '../keys/key-selection.js';

/** Holder of copies that removals invalidate. */
export interface InvalidationListener {
  /** Drops removed copies, and refuses values that were read before the removal. */
  drop(removed: KeySelection): void;
  /** As `drop`, for all copies. */
  flush(): void;
}

/** A probe of the store's sequence that has been sent. */
export interface SequenceProbe {
  readonly epoch: number;
  readonly sentAt: number;
  readonly seen: number | undefined;
}

interface Proof {
  readonly sequence: number;
  readonly until: number;
}

/**
 * The receiving side of removal messages: it decides for how long copies may be read, and when all
 * must be dropped.
 *
 * Each removal increments the store's sequence and publishes `previous next … what`. Two rules
 * follow:
 *
 * - A message whose `previous` is not the last sequence seen shows a gap: all copies are dropped.
 * - Copies are readable for `boundMs` from the moment at which a probe of the sequence was *sent*,
 *   if all messages up to its result have arrived. A broken subscription, an unavailable store and
 *   a suspended process have the same effect: no proof, so no reads.
 *
 * After the leases of Gray and Cheriton (SOSP 1989). Pure state, without I/O.
 */
export class InvalidationStream {
  readonly #copies: InvalidationListener;
  readonly #clock: Clock;
  readonly #boundMs: number;
  /** Changes when a connection is lost; probes sent before then prove nothing. */
  #epoch = 0;
  #listening = false;
  #seen: number | undefined;
  #freshUntil = -Infinity;
  /** Probes whose sequence is ahead of the messages received, the oldest first. */
  #proofs: Proof[] = [];
  #lag: { readonly sequence: number; readonly since: number } | undefined;
  #gaps = 0;

  constructor(copies: InvalidationListener, clock: Clock, boundMs: number) {
    this.#copies = copies;
    this.#clock = clock;
    this.#boundMs = boundMs;
  }

  /** Until when copies may be read, on the clock. */
  get freshUntil(): number {
    return this.#freshUntil;
  }

  /** How often a message was missing. */
  get gaps(): number {
    return this.#gaps;
  }

  /** For how long a removal in the store has been without its message, in milliseconds. */
  get lagMs(): number {
    return this.#lag === undefined ? 0 : this.#clock.now() - this.#lag.since;
  }

  /** The subscription is established: messages of all later removals will arrive. */
  subscribed(): void {
    this.disconnected();
    this.#listening = true;
  }

  /** The subscription is lost, or the store may be another one. */
  disconnected(): void {
    this.#epoch++;
    this.#listening = false;
    this.#seen = undefined;
    this.#forgetProofs();
    this.#copies.flush();
  }

  /** The store was reconnected while the subscription stayed up. */
  reconnected(): void {
    const listening = this.#listening;
    this.disconnected();
    this.#listening = listening;
  }

  /** Must be called before the command is sent; `undefined` while nothing can be proved. */
  beginProbe(): SequenceProbe | undefined {
    if (!this.#listening) return undefined;
    return { epoch: this.#epoch, sentAt: this.#clock.now(), seen: this.#seen };
  }

  /** Records the result of a probe. */
  completeProbe(probe: SequenceProbe, sequence: number): void {
    if (probe.epoch !== this.#epoch) return;
    const until = probe.sentAt + this.#boundMs;
    if (this.#seen === undefined || (probe.seen !== undefined && sequence < probe.seen)) {
      // The first probe, or the store was restored to an earlier state. Later reads are sent after
      // the probe, so removals up to its sequence do not affect them.
      this.#forgetProofs();
      this.#copies.flush();
      this.#seen = sequence;
    }
    if (sequence <= this.#seen) {
      this.#freshUntil = Math.max(this.#freshUntil, until);
      return;
    }
    this.#proofs.push({ sequence, until });
    this.#lag ??= { sequence, since: probe.sentAt };
  }

  /** Handles a message; the copies that it covers are dropped when this returns. */
  onMessage(previous: number, next: number, what: string): void {
    // The message that the first probe already covers: later reads were sent after it.
    if (!this.#listening || next === this.#seen) return;
    if (previous === this.#seen) {
      this.#copies.drop(decodeSelection(what));
    } else {
      if (this.#seen !== undefined) this.#gaps++;
      this.#copies.flush();
    }
    this.#seen = next;
    this.#confirm(next);
  }

  #confirm(seen: number): void {
    const open = this.#proofs.filter(({ sequence, until }) => {
      if (sequence > seen) return true;
      this.#freshUntil = Math.max(this.#freshUntil, until);
      return false;
    });
    const now = this.#clock.now();
    this.#proofs = open.filter(({ until }) => until > now);
    if (this.#lag !== undefined && this.#lag.sequence <= seen) this.#lag = undefined;
  }

  #forgetProofs(): void {
    this.#freshUntil = -Infinity;
    this.#proofs = [];
    this.#lag = undefined;
  }
}
