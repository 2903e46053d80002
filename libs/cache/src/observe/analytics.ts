import type { CacheCounts } from '../cache-counters.js';
import { countsOf } from '../cache-counters.js';
import { isUnlisted } from '../keys/key-validation.js';
import type { KeySelection } from '../keys/key-selection.js';
import type { CountPairs } from './tally.js';
import type { Moved } from './fleet-board.js';
import { FrequentKeys } from './frequent-keys.js';
import { nameOf } from '../error-name.js';
import { Histogram } from './histogram.js';
import { Journal } from './journal.js';
import { LargestValues } from './largest-values.js';
import { MissCauses } from './miss-causes.js';
import { ALL, namespaceOf, namespaceOfSelection, Namespaces } from './namespaces.js';
import type { Named } from '../values/get-or-set-options.js';
import type { DoneRemoval, PutRefusal, StoreCall, StoredValue } from './recorder.js';
import { Recorder, STORE_CALL } from './recorder.js';
import type { ReadPlace } from './tally.js';
import { Tally } from './tally.js';

/** Of shorter loads, in milliseconds, a sample is listed by key once there are many keys. */
const DEAR_MS = 1;

/** A name that is put together is looked up for each value anew. */
const PUT = { fill: 'put_fill', refresh: 'put_refresh', set: 'put_set' } as const;

/** Of how many reads one is looked at for the frequent keys, on average. */
const SAMPLE = { store: 16, local: 64 } as const;

/**
 * The recorder of a cache with analytics. Every figure is bounded in memory: 64 namespaces, 1,024
 * frequent and dear keys, 100 large values, 50 journal entries a second.
 */
export class Analytics extends Recorder {
  readonly #namespaces = new Namespaces(() => new Tally());
  /** Sampled reads by key. */
  readonly frequent = new FrequentKeys();
  /** Milliseconds of loads by key. */
  readonly dearest = new FrequentKeys();
  readonly largest = new LargestValues();
  /** Confirmations of removals. */
  readonly confirmations = new Histogram();
  /** Store calls, by the place of {@link STORE_CALL}. */
  readonly calls = Object.keys(STORE_CALL).map(() => new Histogram());
  readonly journal = new Journal();
  readonly causes: MissCauses;
  #untilSample: number = SAMPLE.store;
  #untilLocalSample: number = SAMPLE.local;
  #random = 0x9e3779b9;

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number = Date.now) {
    super();
    this.causes = new MissCauses(now);
  }

  /** Milliseconds since 1970. */
  get time(): number {
    return this.now();
  }

  /** All tallies by namespace; `(all)` is that of the process. */
  *namespaces(): Generator<[string, Tally]> {
    yield* this.#namespaces.entries();
    yield [ALL, this.all];
  }

  /** Adds to each namespace what its hits have saved since the last call. */
  creditHits(): void {
    for (const [, tally] of this.#namespaces.entries()) tally.creditHits();
  }

  /** By how much the counters of each namespace moved since the last call. */
  takeMoved(): Moved {
    const moved: [string, CountPairs][] = [];
    for (const [name, tally] of this.namespaces()) {
      const pairs = tally.takeMoved();
      if (pairs.length > 0) moved.push([name, pairs]);
    }
    return moved;
  }

  /** Takes back what `takeMoved` gave, for the next call. */
  returnMoved(moved: Moved): void {
    for (const [name, pairs] of moved) this.#named(name).returnMoved(pairs);
  }

  override tallyOf(key: string, { namespace }: Named): Tally {
    if (namespace === undefined) return this.#namespaces.ofKey(key);
    return this.#named(namespace);
  }

  override read(key: string, options: Named, how: ReadPlace): void {
    this.tallyOf(key, options).read(how);
    if (--this.#untilSample <= 0) {
      this.#untilSample = this.#gap(SAMPLE.store);
      this.#sampled(key, SAMPLE.store);
    }
  }

  override localHit(key: string, tally: Tally): void {
    super.localHit(key, tally);
    if (--this.#untilLocalSample <= 0) {
      this.#untilLocalSample = this.#gap(SAMPLE.local);
      this.#sampled(key, SAMPLE.local);
    }
  }

  override missed(key: string, options: Named, unreadable: boolean): void {
    const tally = this.tallyOf(key, options);
    if (unreadable) tally.add('cause_unreadable');
    else this.causes.missed(key, tally);
  }

  override loaded(key: string, options: Named, ms: number): void {
    const tally = this.tallyOf(key, options);
    tally.add('load_ms', ms);
    tally.loads.add(ms);
    if (isUnlisted(key)) return;
    if (!this.dearest.isFull) this.dearest.add(key, ms);
    // Threshold sampling (Duffield, Lund and Thorup, 2005): a short load stands for others like it.
    else if (ms >= DEAR_MS || ms > DEAR_MS * this.#share()) {
      this.dearest.add(key, Math.max(ms, DEAR_MS));
    }
  }

  override loadFailed(key: string, options: Named, error: unknown): void {
    super.loadFailed(key, options, error);
    this.#write('load_failure', key, nameOf(error));
  }

  override stored(key: string, options: Named, value: StoredValue): void {
    const tally = this.tallyOf(key, options);
    tally.add(PUT[value.via]);
    const bytes = Buffer.byteLength(value.text);
    tally.add('stored_bytes', bytes);
    if (bytes < value.bytes) tally.add('saved_bytes', value.bytes - bytes);
    if (!isUnlisted(key)) this.largest.note(key, bytes);
    this.causes.filled(key, value.ttlMs);
  }

  override refused(key: string, options: Named, why: PutRefusal): void {
    super.refused(key, options, why);
    if (why === 'invalidated') this.#write('refused_fill', key, why);
    else if (why === 'too_large') this.#write('oversized', key);
  }

  override removed({ selection, count, ms, cause, because }: DoneRemoval): void {
    this.all.add(`removal_${cause}`);
    const namespace = namespaceOfSelection(selection);
    this.#named(namespace).add(`removed_${cause}`, count);
    this.confirmations.add(ms);
    this.causes.removed(selection, ms);
    const subject = subjectOf(selection);
    const entry = { at: this.now(), cause, subject, count, ms: Number(ms.toFixed(2)), because };
    this.journal.write({ kind: 'removal', ...entry });
  }

  override tookOver(key: string, options: Named): void {
    super.tookOver(key, options);
    this.#write('takeover', key);
  }

  override called(call: StoreCall, ms: number): void {
    this.calls[call]?.add(ms);
  }

  override unreadable(key: string, why: 'corrupt' | 'foreign'): void {
    super.unreadable(key, why);
    this.#write('unreadable', key, why);
  }

  override counts(): CacheCounts {
    return countsOf([...this.namespaces()].map(([, tally]) => tally));
  }

  #write(
    kind: 'load_failure' | 'refused_fill' | 'oversized' | 'unreadable' | 'takeover',
    key: string,
    what?: string,
  ): void {
    this.journal.write({ at: this.now(), kind, subject: listed(key), what });
  }

  #named(namespace: string): Tally {
    return namespace === ALL ? this.all : this.#namespaces.named(namespace);
  }

  /** 1 to twice the mean less 1, so that no rhythm of the reads hides a key. */
  #gap(mean: number): number {
    return 1 + (this.#next() % (2 * mean - 1));
  }

  /** A number in [0, 1). */
  #share(): number {
    return this.#next() / 2 ** 32;
  }

  /** 32 bits that look random: a xorshift. */
  #next(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return this.#random >>> 0;
  }

  #sampled(key: string, weight: number): void {
    if (!isUnlisted(key)) this.frequent.add(key, weight);
  }
}

/** A key, or of one that is not listed its namespace. */
function listed(key: string): string {
  return isUnlisted(key) ? `${namespaceOf(key)}:*` : key;
}

function subjectOf(selection: KeySelection): string {
  if (selection.kind === 'all') return '*';
  const [first = ''] = selection.kind === 'keys' ? selection.keys : [selection.glob.source];
  return listed(first);
}
