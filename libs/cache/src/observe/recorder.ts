import type { CacheCounts } from '../cache-counters.js';
import { countsOf } from '../cache-counters.js';
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

/** Why a value was not stored. */
export type PutRefusal = 'invalidated' | 'too_large' | 'unserialisable' | 'unavailable';

/**
 * What the engine reports of its work: the only seam between it and everything that counts. This one
 * belongs to a cache without analytics: it adds everything up and keeps nothing else. No method
 * throws, waits or calls the store; `read` and `localHit` allocate nothing and read no clock.
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
    this.all.add(`removed_${cause}`, count);
  }

  /** A stored text that is no value of ours; `foreign` if another codec wrote it. */
  unreadable(key: string, why: 'corrupt' | 'foreign'): void {
    if (why === 'corrupt') this.tallyOf(key, {}).add('corrupt');
  }

  storeFailed(): void {
    this.all.add('store_failed');
  }

  /** The sums of this process. */
  counts(): CacheCounts {
    return countsOf([this.all]);
  }
}
