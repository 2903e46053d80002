import { LRUCache } from 'lru-cache';
import { CacheUnavailableError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import { systemClock } from '../../clock.js';
import type { Glob } from '../../keys/glob.js';
import type { KeySelection } from '../../keys/key-selection.js';
import { matcherOf } from '../../keys/key-selection.js';
import { isUnlisted } from '../../keys/key-validation.js';
import type {
  Acquisition,
  CacheStore,
  KeyContent,
  KeyPage,
  Lease,
  LeaseTerms,
  RefreshLease,
  RefreshTerms,
  RefreshAcquisition,
  RemovalOptions,
  StoreStatistics,
  TimedText,
} from '../cache-store.js';
import type { KeyBranches } from '../key-branches.js';
import { branchesOf } from '../key-branches.js';
import type { LeaseWatch } from '../lease-watch.js';
import { LeaseWatches } from '../lease-watch.js';
import { MemoryBoard } from './memory-board.js';
import { MemoryMarks } from './memory-marks.js';
import { MemoryWarming } from './memory-warming.js';
import { MemoryRelayStore } from './memory-relay-store.js';
import type { StoredText } from './memory-entry.js';
import { ABSENT, AT_ONCE, bytesOf, withHead } from './memory-entry.js';
import { MemoryLeases } from './memory-leases.js';
import { RefreshLeases } from './refresh-leases.js';

/** Bounds of the in-process store. */
export interface MemoryStoreOptions {
  /** Maximum number of entries; the least recently used is evicted first. Default 10,000. */
  readonly maxEntries?: number;
  /** Maximum bytes of keys and texts, two per character. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Clock of lifetimes and leases, also for a cache over this store. Default: the system clock. */
  readonly clock?: Clock;
}

/**
 * The cache of one process: the same leases, lifetimes and removals as the Redis store, in a map
 * that is bounded in entries and bytes. Texts are kept, not objects, so nothing mutable is shared.
 *
 * Every method does its work before it returns, so commands happen in the order of the calls.
 */
export class MemoryStore implements CacheStore {
  readonly kind = 'memory';
  readonly connected = true;
  readonly relayStore: MemoryRelayStore;
  readonly board: MemoryBoard;
  readonly warming: MemoryWarming;
  readonly clock: Clock;
  /** Every call answers at once, so no time has to be excluded. */
  readonly waitClock: Pick<Clock, 'now'> = AT_ONCE;
  readonly #startedAt: number;
  readonly #watches: LeaseWatches;
  readonly #entries: LRUCache<string, StoredText>;
  readonly #maxBytes: number;
  readonly #leases: MemoryLeases;
  readonly #refreshes: RefreshLeases;
  readonly #marks = new MemoryMarks();
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.#startedAt = this.clock.now();
    this.relayStore = new MemoryRelayStore(this.clock);
    this.board = new MemoryBoard(this.clock);
    this.warming = new MemoryWarming(this.clock);
    this.#watches = new LeaseWatches(this.clock);
    this.#refreshes = new RefreshLeases(this.clock);
    this.#leases = new MemoryLeases(this.clock, this.#watches);
    this.#maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
    this.#entries = new LRUCache<string, StoredText>({
      max: options.maxEntries ?? 10_000,
      maxSize: this.#maxBytes,
      sizeCalculation: ({ text }, key) => bytesOf(key, text),
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.#evictions++;
      },
    });
  }

  fits(key: string, text: string): boolean {
    return bytesOf(key, text) <= this.#maxBytes;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#entries.clear();
    this.#watches.wakeAll();
    return Promise.resolve();
  }

  read(key: string): Promise<string | undefined> {
    return Promise.resolve(this.#count(this.#text(key))?.text);
  }

  readWithLife(key: string): Promise<TimedText | undefined> {
    const entry = this.#count(this.#text(key));
    return Promise.resolve(entry && { text: entry.text, ttlMs: this.#ttl(entry) });
  }

  readMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#count(this.#text(key))?.text));
  }

  acquire(key: string, terms: LeaseTerms): Promise<Acquisition> {
    if (this.#text(key) !== undefined) {
      if (!terms.replace) return Promise.resolve({ state: 'present' });
      this.#entries.delete(key);
    }
    return Promise.resolve(this.#leases.take(key, terms));
  }

  async fill(lease: Lease, text: string, ttlMs: number | undefined): Promise<boolean> {
    if (!this.#leases.holds(lease)) return false;
    this.#put(lease.key, text, ttlMs);
    return true;
  }

  release(lease: Lease, _withinMs: number, hitForMissMs = 0): Promise<boolean> {
    return Promise.resolve(this.#leases.release(lease, hitForMissMs));
  }

  acquireRefresh(key: string, head: string, terms: RefreshTerms): Promise<RefreshAcquisition> {
    const plain = terms.claim === true ? withHead(this.#text(key), head) : undefined;
    const claimed = plain !== undefined && this.fits(key, plain.text) ? plain : undefined;
    if (claimed === undefined && !this.#holds(key, head)) return Promise.resolve({ state: 'gone' });
    const token = this.#leases.token();
    const taken = terms.force ? undefined : this.#refreshes.take(key, head, token, terms);
    if (taken !== undefined) return Promise.resolve(taken);
    if (claimed !== undefined) this.#entries.set(key, claimed);
    return Promise.resolve({ state: 'owned', refresh: { key, head, token, generation: 0 } });
  }

  async refill(refresh: RefreshLease, text: string, ttlMs: number | undefined): Promise<boolean> {
    const { key, head, token } = refresh;
    const there = this.#holds(key, head);
    this.#refreshes.end(key, token, 0);
    this.#watches.wake(key);
    if (there) this.#put(key, text, ttlMs);
    return there;
  }

  releaseRefresh(
    { key, head, token }: RefreshLease,
    restMs: number,
    _withinMs: number,
    hitForMissMs = 0,
  ): Promise<boolean> {
    const there = this.#holds(key, head);
    if (there && hitForMissMs > 0) this.#refreshes.open(key, head, token, hitForMissMs);
    else this.#refreshes.end(key, token, there ? restMs : 0);
    this.#watches.wake(key);
    return Promise.resolve(there);
  }

  async write(key: string, text: string, ttlMs: number | undefined): Promise<void> {
    this.#put(key, text, ttlMs);
  }

  watch(key: string): LeaseWatch {
    return this.#watches.open(key);
  }

  discard(key: string, text: string): Promise<boolean> {
    return Promise.resolve(this.#text(key)?.text === text && this.#drop(key));
  }

  remove(
    selection: KeySelection,
    { committed, unlessMarked = [] }: RemovalOptions = {},
  ): Promise<number> {
    const marked = unlessMarked.length > 0 && this.#marks.has(selection, unlessMarked);
    if (marked) return Promise.resolve(0);
    if (committed !== undefined) this.#marks.add(selection, committed);
    const keys =
      selection.kind === 'keys' ? selection.keys : this.#keys().filter(matcherOf(selection));
    let removed = 0;
    for (const key of keys) if (this.#drop(key)) removed++;
    return Promise.resolve(removed);
  }

  list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage> {
    const from = after === undefined ? undefined : Buffer.from(after);
    const found = this.#texts()
      .filter(([key]) => !isUnlisted(key))
      .map(([key, entry]) => ({ key, entry, bytes: Buffer.from(key) }))
      .filter(({ bytes }) => from === undefined || bytes.compare(from) > 0)
      .filter(({ bytes }) => glob === undefined || glob.matches(bytes))
      .sort((a, b) => a.bytes.compare(b.bytes));
    const items = found.slice(0, limit).map(({ key, entry }) => ({ key, ...this.#sized(entry) }));
    return Promise.resolve({ items, next: found.length > limit ? items.at(-1)?.key : undefined });
  }

  branches(prefix: string, from: Buffer | undefined, limit: number): Promise<KeyBranches> {
    const keys = this.#texts().map(([key]) => key);
    return Promise.resolve({ ...branchesOf(keys, prefix, from, limit), isEstimate: false });
  }

  describe(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined> {
    const entry = this.#text(key);
    return Promise.resolve(entry && { text: entry.text, ...this.#sized(entry) });
  }

  look(key: string): Promise<KeyContent> {
    const entry = this.#text(key);
    const sized = entry === undefined ? ABSENT : this.#sized(entry);
    const known = { lease: this.#leases.look(key), indexed: undefined, evictions: this.#evictions };
    return Promise.resolve({ text: entry?.text, ...sized, ...known });
  }

  statistics(): Promise<StoreStatistics> {
    const texts = this.#texts();
    const keys = texts.filter(([key]) => !isUnlisted(key)).length;
    return Promise.resolve({
      keys,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      usedMemoryBytes: this.#entries.calculatedSize,
      databaseSize: texts.length,
      indexMembers: texts.length,
      uptimeSeconds: Math.floor((this.clock.now() - this.#startedAt) / 1000),
    });
  }

  #keys(): string[] {
    return [...this.#entries.keys(), ...this.#leases.keys()];
  }

  #text(key: string): StoredText | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > this.clock.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #texts(): [string, StoredText][] {
    const now = this.clock.now();
    return [...this.#entries.entries()].filter(
      ([, { expiresAt }]) => (expiresAt ?? Infinity) > now,
    );
  }

  #holds(key: string, head: string): boolean {
    return this.#text(key)?.text.startsWith(head) === true;
  }

  /** Stores a text and ends the lease; one that is too large leaves the key without a value. */
  #put(key: string, text: string, ttlMs: number | undefined): void {
    this.#leases.end(key);
    if (!this.fits(key, text)) {
      this.#entries.delete(key);
      throw new CacheUnavailableError('refused', 'The value is larger than the in-process store.');
    }
    const expiresAt = ttlMs === undefined ? undefined : this.clock.now() + ttlMs;
    this.#entries.set(key, { text, expiresAt });
  }

  #drop(key: string): boolean {
    this.#leases.end(key);
    const there = this.#text(key) !== undefined;
    this.#entries.delete(key);
    return there;
  }

  #sized(entry: StoredText): { readonly ttlMs: number | null; readonly bytes: number } {
    return { ttlMs: this.#ttl(entry), bytes: Buffer.byteLength(entry.text) };
  }

  #ttl(entry: StoredText): number | null {
    return entry.expiresAt === undefined ? null : entry.expiresAt - this.clock.now();
  }

  #count(entry: StoredText | undefined): StoredText | undefined {
    if (entry === undefined) this.#misses++;
    else this.#hits++;
    return entry;
  }
}
