import type { CacheCounts } from '../cache-counters.js';
import { countsOf } from '../cache-counters.js';
import type { UnavailableReason } from '../cache-errors.js';
import type { KeySelection } from '../keys/key-selection.js';
import type { Named } from '../values/get-or-set-options.js';
import type { Because, RemovalCause } from './journal.js';
import type { Counter, ReadPlace } from './tally.js';
import { READ, Tally } from './tally.js';

/** A value that was stored. */
export interface StoredValue {
  readonly via: 'fill' | 'refresh' | 'set';
  /** The text at rest. */
  readonly text: string;
  /** Bytes of the value before compression. */
  readonly bytes: number;
  /** Milliseconds for which it is fresh; `undefined` without expiry. */
  readonly ttlMs: number | undefined;
}

/** A removal that the store has confirmed. */
export interface DoneRemoval {
  readonly selection: KeySelection;
  /** How many values it removed. */
  readonly count: number;
  /** How long the confirmation took, in milliseconds. */
  readonly ms: number;
  readonly cause: RemovalCause;
  readonly because?: Because | undefined;
}

/** Store calls whose durations are kept, by their place. */
export const STORE_CALL = {
  read: 0,
  read_many: 1,
  acquire: 2,
  fill: 3,
  release: 4,
  write: 5,
  discard: 6,
  script: 7,
} as const;

/** See {@link STORE_CALL}. */
export type StoreCall = (typeof STORE_CALL)[keyof typeof STORE_CALL];

/** Why a value was not stored. */
export type PutRefusal = 'invalidated' | 'too_large' | 'unserialisable' | 'unavailable';

/**
 * What the engine reports of its work: the only seam between it and everything that counts. This one
 * belongs to a cache without analytics: it adds everything up and keeps nothing else. No method
 * throws, waits or calls the store; `read` and `localHit` keep nothing and read no clock.
 */
export class Recorder {
  protected readonly all = new Tally();

  /** Where the counts of a key go. */
  tallyOf(_key: string, _options: Named): Tally {
    return this.all;
  }

  /** A read that ended; it is reported once, however often it looked, waited or tried again. */
  read(key: string, options: Named, how: ReadPlace): void {
    this.tallyOf(key, options).read(how);
  }

  /** A read that a local copy answered. @param tally what `tallyOf` gave for the copy */
  localHit(_key: string, tally: Tally): void {
    tally.read(READ.local_hit);
  }

  /** The store was asked for a key and had no value that can be read. */
  missed(_key: string, _options: Named, _unreadable: boolean): void {
    // Only analytics ask why.
  }

  /** Anything that is only counted. */
  add(key: string, options: Named, counter: Counter): void {
    this.tallyOf(key, options).add(counter);
  }

  loaded(key: string, options: Named, ms: number): void {
    this.tallyOf(key, options).add('load_ms', ms);
  }

  loadFailed(key: string, options: Named, _error: unknown): void {
    this.tallyOf(key, options).add('load_failed');
  }

  stored(key: string, options: Named, { via }: StoredValue): void {
    this.tallyOf(key, options).add(`put_${via}`);
  }

  refused(key: string, options: Named, why: PutRefusal): void {
    this.tallyOf(key, options).add(`refused_${why}`);
  }

  removed({ count, cause }: DoneRemoval): void {
    this.all.add(`removal_${cause}`);
    this.all.add(`removed_${cause}`, count);
  }

  /** A removal that the store has not confirmed. */
  removalFailed(cause: RemovalCause): void {
    this.all.add(`unconfirmed_${cause}`);
  }

  /** A load whose lease was taken over from a late holder. */
  tookOver(key: string, options: Named): void {
    this.tallyOf(key, options).add('takeover');
  }

  /** A store call that ended after `ms` milliseconds in the store's hands. */
  called(_call: StoreCall, _ms: number): void {
    // Only analytics keep durations.
  }

  /** A stored text that is no value of ours; `foreign` if another codec wrote it. */
  unreadable(key: string, why: 'corrupt' | 'foreign'): void {
    if (why === 'corrupt') this.tallyOf(key, {}).add('corrupt');
  }

  /** A store call that failed, or was refused because the store is not used at present. */
  storeFailed(reason: UnavailableReason): void {
    this.all.add(`store_${reason}`);
  }

  /** The sums of this process. */
  counts(): CacheCounts {
    return countsOf([this.all]);
  }
}
