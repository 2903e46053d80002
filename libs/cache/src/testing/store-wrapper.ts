import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import type { Glob } from '../keys/glob.js';
import type { KeySelection } from '../keys/key-selection.js';
import type {
  Acquisition,
  CacheStore,
  KeyPage,
  Lease,
  LeaseTerms,
  InvalidationFeed,
  RefreshLease,
  RefreshTerms,
  RefreshAcquisition,
  RemovalOptions,
  StoreScript,
  StoreStatistics,
  TimedText,
} from '../store/cache-store.js';
import type { RelayStore } from '../store/relay-store.js';
import type { WarmingBoard } from '../store/warming-board.js';
import type { LeaseWatch } from '../store/lease-watch.js';

/** The store calls that a test can observe or disturb. */
export type StoreOperation = Exclude<
  keyof CacheStore,
  | 'kind'
  | 'connected'
  | 'circuit'
  | 'clock'
  | 'waitClock'
  | 'fits'
  | 'keySpace'
  | 'relayStore'
  | 'coherence'
  | 'board'
  | 'warming'
  | 'timesOpened'
  | 'open'
  | 'close'
  | 'watch'
>;

/** One call of a store. */
export interface StoreCall {
  readonly operation: StoreOperation;
  /** Keys of the call, without prefix; none for a pattern. */
  readonly keys: readonly string[];
  /** The pattern of a removal or a listing; `*` for a removal of everything. */
  readonly pattern?: string;
  /** Deadline in milliseconds, if the caller sets one. */
  readonly withinMs?: number;
}

/** Wraps a store and passes each call through `pass`. */
export abstract class StoreWrapper implements CacheStore {
  /** Absent if the wrapped store runs no scripts. */
  readonly evaluate?: NonNullable<CacheStore['evaluate']>;

  readonly relayStore?: RelayStore;

  constructor(protected readonly inner: CacheStore) {
    if (inner.relayStore !== undefined) this.relayStore = inner.relayStore;
    if (inner.evaluate === undefined) return;
    this.evaluate = (
      script: StoreScript,
      names: readonly string[],
      args: readonly string[],
      withinMs: number,
    ) =>
      this.pass({ operation: 'evaluate', keys: names, withinMs }, async () =>
        inner.evaluate?.(script, names, args, withinMs),
      );
  }

  /** Executes the call, or replaces it. */
  protected abstract pass<T>(call: StoreCall, run: () => Promise<T>): Promise<T>;

  get kind(): 'redis' | 'memory' {
    return this.inner.kind;
  }

  get connected(): boolean {
    return this.inner.connected;
  }

  get circuit(): 'closed' | 'open' | 'half-open' {
    return this.inner.circuit ?? 'closed';
  }

  get clock(): Clock {
    return this.inner.clock ?? systemClock;
  }

  get waitClock(): Pick<Clock, 'now'> {
    return this.inner.waitClock ?? this.clock;
  }

  get coherence(): InvalidationFeed | undefined {
    return this.inner.coherence;
  }

  get warming(): WarmingBoard | undefined {
    return this.inner.warming;
  }

  fits(key: string, text: string): boolean {
    return this.inner.fits?.(key, text) !== false;
  }

  open(): Promise<void> {
    return this.inner.open();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  watch(key: string): LeaseWatch {
    return this.inner.watch(key);
  }

  read(key: string, withinMs: number): Promise<string | undefined> {
    const call: StoreCall = { operation: 'read', keys: [key], withinMs };
    return this.pass(call, () => this.inner.read(key, withinMs));
  }

  readMany(keys: readonly string[], withinMs: number): Promise<(string | undefined)[]> {
    const call: StoreCall = { operation: 'readMany', keys, withinMs };
    return this.pass(call, () => this.inner.readMany(keys, withinMs));
  }

  readWithLife(
    key: string,
    life: 'approximate' | 'exact',
    withinMs: number,
  ): Promise<TimedText | undefined> {
    const call: StoreCall = { operation: 'readWithLife', keys: [key], withinMs };
    return this.pass(call, () => this.inner.readWithLife(key, life, withinMs));
  }

  acquire(key: string, terms: LeaseTerms, withinMs: number): Promise<Acquisition> {
    const call: StoreCall = { operation: 'acquire', keys: [key], withinMs };
    return this.pass(call, () => this.inner.acquire(key, terms, withinMs));
  }

  fill(lease: Lease, text: string, ttlMs: number | undefined, withinMs: number): Promise<boolean> {
    const call: StoreCall = { operation: 'fill', keys: [lease.key], withinMs };
    return this.pass(call, () => this.inner.fill(lease, text, ttlMs, withinMs));
  }

  release(lease: Lease, withinMs: number, hitForMissMs?: number): Promise<boolean> {
    const call: StoreCall = { operation: 'release', keys: [lease.key], withinMs };
    return this.pass(call, () => this.inner.release(lease, withinMs, hitForMissMs));
  }

  acquireRefresh(
    key: string,
    head: string,
    terms: RefreshTerms,
    withinMs: number,
  ): Promise<RefreshAcquisition> {
    const call: StoreCall = { operation: 'acquireRefresh', keys: [key], withinMs };
    return this.pass(call, () => this.inner.acquireRefresh(key, head, terms, withinMs));
  }

  refill(
    refresh: RefreshLease,
    text: string,
    ttlMs: number | undefined,
    withinMs: number,
  ): Promise<boolean> {
    const call: StoreCall = { operation: 'refill', keys: [refresh.key], withinMs };
    return this.pass(call, () => this.inner.refill(refresh, text, ttlMs, withinMs));
  }

  releaseRefresh(
    refresh: RefreshLease,
    restMs: number,
    withinMs: number,
    hitForMissMs?: number,
  ): Promise<boolean> {
    const call: StoreCall = { operation: 'releaseRefresh', keys: [refresh.key], withinMs };
    return this.pass(call, () =>
      this.inner.releaseRefresh(refresh, restMs, withinMs, hitForMissMs),
    );
  }

  write(key: string, text: string, ttlMs: number | undefined, withinMs: number): Promise<void> {
    const call: StoreCall = { operation: 'write', keys: [key], withinMs };
    return this.pass(call, () => this.inner.write(key, text, ttlMs, withinMs));
  }

  discard(key: string, text: string, withinMs: number): Promise<boolean> {
    const call: StoreCall = { operation: 'discard', keys: [key], withinMs };
    return this.pass(call, () => this.inner.discard(key, text, withinMs));
  }

  remove(selection: KeySelection, options?: RemovalOptions): Promise<number> {
    const named =
      selection.kind === 'keys'
        ? { keys: selection.keys }
        : { keys: [], pattern: selection.kind === 'pattern' ? selection.glob.source : '*' };
    return this.pass({ operation: 'remove', ...named }, () =>
      this.inner.remove(selection, options),
    );
  }

  list(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage> {
    const call: StoreCall = { operation: 'list', keys: [], pattern: glob?.source ?? '*' };
    return this.pass(call, () => this.inner.list(glob, after, limit));
  }

  describe(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined> {
    const call: StoreCall = { operation: 'describe', keys: [key] };
    return this.pass(call, () => this.inner.describe(key));
  }

  statistics(counting?: 'exactly' | 'index'): Promise<StoreStatistics> {
    return this.pass({ operation: 'statistics', keys: [] }, () => this.inner.statistics(counting));
  }
}
