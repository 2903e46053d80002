import type { Clock } from '../clock.js';
import { decodeSelection, type KeySelection } from '../keys/key-selection.js';

/** Where copies are held that removals concern. */
export interface InvalidationListener {
  /** Forgets what was removed, and refuses what was read before it was. */
  drop(removed: KeySelection): void;
  /** As `drop`, of everything. */
  flush(): void;
}

/** A look at the store's sequence that has been sent. */
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
 * The receiving side of removal messages: it decides for how long copies may be read, and when they
 * must all go.
 *
 * Each removal moves the store's sequence and publishes `previous next … what`. Two rules follow:
 *
 * - A message whose `previous` is not what was seen last shows that one is missing: everything goes.
 * - Copies are readable for `boundMs` from the moment at which a look at the sequence was *sent*, if
 *   all messages up to what it found have arrived. A deaf subscription, a store that is away and a
 *   process that slept are the same thing then: no proof, no reading.
 *
 * After the leases of Gray and Cheriton (SOSP 1989). Plain state, no input or output of its own.
 */
export class InvalidationStream {
  readonly #copies: InvalidationListener;
  readonly #clock: Clock;
  readonly #boundMs: number;
  /** Changes when a connection was lost; looks sent before that prove nothing any more. */
  #epoch = 0;
  #listening = false;
  #seen: number | undefined;
  #freshUntil = -Infinity;
  /** Looks that found more than has been heard yet, the oldest first. */
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

  /** Times that a message was missing. */
  get gaps(): number {
    return this.#gaps;
  }

  /** For how long there has been a removal in the store of which no message has come. */
  get lagMs(): number {
    return this.#lag === undefined ? 0 : this.#clock.now() - this.#lag.since;
  }

  /** The subscription is in place: whatever is removed from now on will be heard of. */
  subscribed(): void {
    this.disconnected();
    this.#listening = true;
  }

  /** The subscription is gone, or the store may be another one than before. */
  disconnected(): void {
    this.#epoch++;
    this.#listening = false;
    this.#seen = undefined;
    this.#forgetProofs();
    this.#copies.flush();
  }

  /** The store was reached anew, while the subscription stands. */
  reconnected(): void {
    const listening = this.#listening;
    this.disconnected();
    this.#listening = listening;
  }

  /** To be taken before the command is sent; `undefined` while nothing could be proved. */
  beginProbe(): SequenceProbe | undefined {
    if (!this.#listening) return undefined;
    return { epoch: this.#epoch, sentAt: this.#clock.now(), seen: this.#seen };
  }

  /** What a look found. */
  completeProbe(look: SequenceProbe, sequence: number): void {
    if (look.epoch !== this.#epoch) return;
    const until = look.sentAt + this.#boundMs;
    if (this.#seen === undefined || (look.seen !== undefined && sequence < look.seen)) {
      // The first look, or the store has gone back in time. What is read from here on was sent
      // after the look, so nothing before its sequence concerns it.
      this.#forgetProofs();
      this.#copies.flush();
      this.#seen = sequence;
    }
    if (sequence <= this.#seen) {
      this.#freshUntil = Math.max(this.#freshUntil, until);
      return;
    }
    this.#proofs.push({ sequence, until });
    this.#lag ??= { sequence, since: look.sentAt };
  }

  /** A message; what it covers is gone when this returns. */
  onMessage(previous: number, next: number, what: string): void {
    // The one up to which the first look has seen: what has been read since was sent after it.
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
