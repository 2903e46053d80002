import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock.js';
import { systemClock } from '../../clock.js';
import type { Glob } from '../../engine/glob.js';
import type {
  Acquisition,
  CacheStore,
  KeyPage,
  Lease,
  LeaseTerms,
  RefreshLease,
  RefreshTerms,
  RefreshTurn,
  StoreStatistics,
  TimedText,
} from '../cache-store.js';
import type { LeaseWatch } from '../lease-watch.js';
import { LeaseWatches } from '../lease-watch.js';
import { MemoryCursors } from './memory-cursors.js';
import type { Stored, StoredLease, StoredText } from './memory-entry.js';
import { isText } from './memory-entry.js';
import { RefreshTurns } from './refresh-turns.js';

/** Bounds of the in-process store. */
export interface MemoryStoreOptions {
  /** Entries kept; the least recently used goes first. Default 10,000. */
  readonly maxEntries?: number;
  /** Bytes kept (keys and texts, two bytes a character). Default 64 MiB. */
  readonly maxBytes?: number;
  /** What lives and leases are measured by; a cache over this store lives by it, too. Default: the machine's. */
  readonly clock?: Clock;
}

/** How many leases long the right to fill outlives the right to load alone. */
const KEEP_LEASES = 10;
const ENTRY_OVERHEAD_BYTES = 64;

/**
 * The cache of one process: the same leases, lifetimes and removals as the Redis store, in a map
 * that is bounded in entries and bytes. Texts are kept, not objects, so nothing mutable is shared.
 *
 * Every method does its work before it returns, so commands happen in the order of the calls.
 */
export class MemoryStore implements CacheStore {
  readonly kind = 'memory';
  readonly connected = true;
  readonly cursors: MemoryCursors;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #watches: LeaseWatches;
  readonly #entries: LRUCache<string, Stored>;
  readonly #turns: RefreshTurns;
  #nextToken = 0;
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = this.#clock.now();
    this.cursors = new MemoryCursors(this.#clock);
    this.#watches = new LeaseWatches(this.#clock);
    this.#turns = new RefreshTurns(this.#clock);
    this.#entries = new LRUCache<string, Stored>({
      max: options.maxEntries ?? 10_000,
      maxSize: options.maxBytes ?? 64 * 1024 * 1024,
      sizeCalculation: (entry, key) =>
        ENTRY_OVERHEAD_BYTES + 2 * (key.length + (isText(entry) ? entry.text.length : 0)),
      disposeAfter: (entry, key, reason) => {
        if (reason !== 'evict') return;
        this.#evictions++;
        if (!isText(entry)) this.#watches.wake(key);
      },
    });
  }

  get clock(): Clock {
    return this.#clock;
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

  readTimed(key: string): Promise<TimedText | undefined> {
    const entry = this.#count(this.#text(key));
    return Promise.resolve(entry && { text: entry.text, ttlMs: this.#ttl(entry) });
  }

  readWhole(key: string): Promise<TimedText | undefined> {
    return this.readTimed(key);
  }

  readMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#count(this.#text(key))?.text));
  }

  acquire(key: string, terms: LeaseTerms): Promise<Acquisition> {
    const now = this.#clock.now();
    const entry = this.#live(key);
    if (entry !== undefined && isText(entry) && !terms.replace) {
      return Promise.resolve({ state: 'present' });
    }
    const held = entry === undefined || isText(entry) ? undefined : entry;
    if (held !== undefined && now < held.deadline) {
      return Promise.resolve({ state: 'wait', forMs: held.deadline - now });
    }
    // A take-over adopts the token: a loader slower than its lease still fills, and the fill of
    // whoever is second finds no lease any more.
    const token = held?.token ?? String(++this.#nextToken);
    const expiresAt = now + terms.leaseMs * KEEP_LEASES;
    const marked = held !== undefined && now < (held.hitForMissUntil ?? 0);
    this.#entries.set(
      key,
      marked ? { ...held, expiresAt } : { token, deadline: now + terms.leaseMs, expiresAt },
    );
    return Promise.resolve({ state: 'owned', lease: { key, token, generation: 0 } });
  }

  fill(lease: Lease, text: string, ttlMs: number | undefined): Promise<boolean> {
    if (this.#held(lease) === undefined) return Promise.resolve(false);
    this.#put(lease.key, text, ttlMs);
    return Promise.resolve(true);
  }

  release(lease: Lease, _withinMs: number, hitForMissMs = 0): Promise<boolean> {
    const held = this.#held(lease);
    if (held === undefined) return Promise.resolve(false);
    const now = this.#clock.now();
    const hitForMiss = hitForMissMs > 0 ? { hitForMissUntil: now + hitForMissMs } : {};
    this.#entries.set(lease.key, { ...held, deadline: now, ...hitForMiss });
    this.#watches.wake(lease.key);
    return Promise.resolve(true);
  }

  beginRefresh(key: string, head: string, terms: RefreshTerms): Promise<RefreshTurn> {
    if (!this.#holds(key, head)) return Promise.resolve({ state: 'gone' });
    const token = String(++this.#nextToken);
    const taken = terms.insist ? undefined : this.#turns.take(key, head, token, terms);
    if (taken !== undefined) return Promise.resolve(taken);
    return Promise.resolve({ state: 'owned', refresh: { key, head, token, generation: 0 } });
  }

  refill(refresh: RefreshLease, text: string, ttlMs: number | undefined): Promise<boolean> {
    const { key, head, token } = refresh;
    const there = this.#holds(key, head);
    if (there) this.#put(key, text, ttlMs);
    this.#turns.end(key, token, 0);
    this.#watches.wake(key);
    return Promise.resolve(there);
  }

  endRefresh(
    { key, head, token }: RefreshLease,
    restMs: number,
    _withinMs: number,
    hitForMissMs = 0,
  ): Promise<boolean> {
    const there = this.#holds(key, head);
    if (there && hitForMissMs > 0) this.#turns.open(key, head, token, hitForMissMs);
    else this.#turns.end(key, token, there ? restMs : 0);
    this.#watches.wake(key);
    return Promise.resolve(there);
  }

  write(key: string, text: string, ttlMs: number | undefined): Promise<void> {
    this.#put(key, text, ttlMs);
    return Promise.resolve();
  }

  watch(key: string): LeaseWatch {
    return this.#watches.open(key);
  }

  discard(key: string, text: string): Promise<boolean> {
    return Promise.resolve(this.#text(key)?.text === text && this.#drop(key));
  }

  remove(keys: readonly string[]): Promise<number> {
    let removed = 0;
    for (const key of keys) if (this.#drop(key)) removed++;
    return Promise.resolve(removed);
  }

  removeMatching(glob: Glob): Promise<number> {
    return this.remove([...this.#entries.keys()].filter((key) => glob.matches(Buffer.from(key))));
  }

  removeAll(): Promise<number> {
    return this.remove([...this.#entries.keys()]);
  }

  list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage> {
    const from = after === undefined ? undefined : Buffer.from(after);
    const found = this.#texts()
      .map(([key, entry]) => ({ key, entry, bytes: Buffer.from(key) }))
      .filter(({ bytes }) => from === undefined || bytes.compare(from) > 0)
      .filter(({ bytes }) => glob === undefined || glob.matches(bytes))
      .sort((a, b) => a.bytes.compare(b.bytes));
    const items = found.slice(0, limit).map(({ key, entry }) => ({
      key,
      ttlMs: this.#ttl(entry),
      bytes: Buffer.byteLength(entry.text),
    }));
    return Promise.resolve({ items, next: found.length > limit ? items.at(-1)?.key : undefined });
  }

  describe(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined> {
    const entry = this.#text(key);
    return Promise.resolve(
      entry && {
        text: entry.text,
        ttlMs: this.#ttl(entry),
        bytes: Buffer.byteLength(entry.text),
      },
    );
  }

  statistics(): Promise<StoreStatistics> {
    const keys = this.#texts().length;
    return Promise.resolve({
      keys,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      usedMemoryBytes: this.#entries.calculatedSize,
      databaseSize: keys,
      uptimeSeconds: Math.floor((this.#clock.now() - this.#startedAt) / 1000),
    });
  }

  #live(key: string): Stored | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > this.#clock.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #text(key: string): StoredText | undefined {
    const entry = this.#live(key);
    return entry !== undefined && isText(entry) ? entry : undefined;
  }

  #texts(): [string, StoredText][] {
    const now = this.#clock.now();
    const texts: [string, StoredText][] = [];
    for (const [key, entry] of this.#entries.entries()) {
      if (isText(entry) && (entry.expiresAt ?? Infinity) > now) texts.push([key, entry]);
    }
    return texts;
  }

  #holds(key: string, head: string): boolean {
    return this.#text(key)?.text.startsWith(head) === true;
  }

  #held(lease: Lease): StoredLease | undefined {
    const entry = this.#live(lease.key);
    if (entry === undefined || isText(entry) || entry.token !== lease.token) return undefined;
    return entry;
  }

  #put(key: string, text: string, ttlMs: number | undefined): void {
    const replaced = this.#entries.get(key);
    this.#entries.set(key, {
      text,
      expiresAt: ttlMs === undefined ? undefined : this.#clock.now() + ttlMs,
    });
    if (replaced !== undefined && !isText(replaced)) this.#watches.wake(key);
  }

  #drop(key: string): boolean {
    const entry = this.#live(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    if (isText(entry)) return true;
    this.#watches.wake(key);
    return false;
  }

  #ttl(entry: StoredText): number | null {
    return entry.expiresAt === undefined ? null : entry.expiresAt - this.#clock.now();
  }

  #count(entry: StoredText | undefined): StoredText | undefined {
    if (entry === undefined) this.#misses++;
    else this.#hits++;
    return entry;
  }
}
