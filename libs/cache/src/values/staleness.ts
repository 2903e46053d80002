import { CacheOptionsError } from '../cache-errors.js';
import type { OptionKinds } from '../option-checks.js';
import { assertKnown, CHECKED, shown } from '../option-checks.js';
import type { AdaptedTerms, GetOrSetOptions, Named } from './get-or-set-options.js';
import { READ_OPTIONS } from './get-or-set-options.js';
import { assertLifetime, assertTtl, MAX_TTL_SECONDS, ttlMilliseconds } from './ttl.js';
import type { EntryTerms } from './value-codec.js';

/**
 * What a reader may do with a value, according to its options:
 * - `fresh`: serve it;
 * - `early`: serve it and refresh it in the background;
 * - `stale`: the same, past its ttl;
 * - `fallback`: load, and serve it only if that fails;
 * - `expired`: load.
 */
export type Staleness = 'fresh' | 'early' | 'stale' | 'fallback' | 'expired';

/** Age of a stored value. */
export interface EntryAge {
  /** Remaining life in the store, in milliseconds; `null` without expiry. */
  readonly ttlMs: number | null;
  /** Terms in its envelope; absent for plain values. */
  readonly terms: EntryTerms | undefined;
}

/** How long an entry is kept, and the terms in its envelope. */
export interface StorageTerms {
  readonly freshMs: number | undefined;
  /** Milliseconds in the store; `undefined` without expiry. */
  readonly keptMs: number | undefined;
  readonly terms: EntryTerms | undefined;
}

/** Whether a reader needs the remaining life of an entry. */
export function needsTtl(options: GetOrSetOptions): boolean {
  return (
    options.staleWhileRevalidate !== undefined ||
    options.staleIfError !== undefined ||
    (options.earlyRefresh !== undefined && options.earlyRefresh !== false)
  );
}

/** Milliseconds until the ttl ends, below 0 afterwards; `null` without expiry. */
export function freshFor({ ttlMs, terms }: EntryAge): number | null {
  return ttlMs === null ? null : ttlMs - (terms?.staleMs ?? 0);
}

/** @param random a number in [0, 1) */
export function classifyStaleness(
  age: EntryAge,
  options: GetOrSetOptions,
  random: () => number,
): Staleness {
  const left = freshFor(age);
  if (left === null) return 'fresh';
  if (left <= 0) {
    if (-left < (options.staleWhileRevalidate ?? 0) * 1000) return 'stale';
    return -left < (options.staleIfError ?? 0) * 1000 ? 'fallback' : 'expired';
  }
  const loadMs = age.terms?.loadMs ?? 0;
  const eagerness = Number(options.earlyRefresh ?? 0);
  if (eagerness === 0 || loadMs === 0) return 'fresh';
  // XFetch: −loadMs · β · ln(u) is exponentially distributed, so one of many readers refreshes
  // early by about the duration of the load, without coordination.
  return -loadMs * eagerness * Math.log(1 - random()) >= left ? 'early' : 'fresh';
}

/** `undefined` for a value that must not be stored. */
export function storageTerms(
  value: unknown,
  options: GetOrSetOptions,
  loadMs: number,
  random: () => number,
): StorageTerms | undefined {
  const negative = value === null && options.negativeTtl !== undefined;
  if (negative && options.negativeTtl === 0) return undefined;
  const ttl = negative ? options.negativeTtl : options.ttl;
  const freshMs = ttlMilliseconds(ttl, options.jitter, random);
  const staleSeconds = Math.max(options.staleWhileRevalidate ?? 0, options.staleIfError ?? 0);
  const staleMs = negative ? 0 : Math.round(staleSeconds * 1000);
  const early = options.earlyRefresh !== undefined && options.earlyRefresh !== false;
  if (freshMs === undefined || (staleMs === 0 && !early)) {
    return { freshMs, keptMs: freshMs, terms: undefined };
  }
  return { freshMs, keptMs: freshMs + staleMs, terms: { staleMs, loadMs: Math.ceil(loadMs) } };
}

/**
 * Checks what a loader changes of the options of its read.
 *
 * @throws CacheOptionsError
 */
export function assertAdapted(changes: AdaptedTerms, options: GetOrSetOptions): void {
  assertKnown(changes, ADAPTED, 'adapt');
  assertTerms({ ...options, ...changes });
}

const ADAPTED: OptionKinds<AdaptedTerms> = {
  ttl: CHECKED,
  jitter: CHECKED,
  negativeTtl: CHECKED,
  staleWhileRevalidate: CHECKED,
  staleIfError: CHECKED,
};

function assertRanges(options: AdaptedTerms & Named): void {
  assertLifetime(options);
  assertSeconds('negativeTtl', options.negativeTtl);
  assertSeconds('staleWhileRevalidate', options.staleWhileRevalidate);
  assertSeconds('staleIfError', options.staleIfError);
}

/**
 * Checks how long an entry is kept: the ranges, and that none is without effect.
 *
 * @throws CacheOptionsError
 */
export function assertTerms(options: GetOrSetOptions): void {
  assertRanges(options);
  assertEffective(options);
}

function assertEffective(options: GetOrSetOptions): void {
  if (options.ttl !== undefined) return;
  for (const option of NEED_TTL) {
    if (Number(options[option] ?? 0) === 0) continue;
    if (option === 'jitter' && options.negativeTtl !== undefined) continue;
    throw new CacheOptionsError(
      option,
      `${option} needs ttl, because a value without a ttl is fresh until it is invalidated: give ttl too, or leave ${option} out.`,
    );
  }
}

const NEED_TTL = ['jitter', 'staleWhileRevalidate', 'staleIfError', 'earlyRefresh'] as const;

/** Frozen options that have been checked. */
const checked = new WeakSet<GetOrSetOptions>();

/**
 * Checks the options of a read-through. Frozen ones, such as those of decorators, are checked once;
 * others may have changed since their last use.
 *
 * @throws CacheOptionsError
 */
export function assertReadThrough(options: GetOrSetOptions): void {
  if (checked.has(options)) return;
  assertNames(options);
  assertTimes(options);
  if (Object.isFrozen(options)) checked.add(options);
}

/** As `assertKnown`, cheap enough for every read. */
function assertNames(options: GetOrSetOptions): void {
  let names = 0;
  for (const name in options) {
    if (name in READ_OPTIONS) names++;
    else assertKnown(options, READ_OPTIONS, OF_A_READ);
  }
  // What is no object at all has no names either.
  if (names === 0) assertKnown(options, READ_OPTIONS, OF_A_READ);
}

const OF_A_READ = 'a read';

/**
 * Checks the times of a read-through: their ranges, and that none is without effect.
 *
 * @throws CacheOptionsError
 */
export function assertTimes(options: GetOrSetOptions): void {
  assertRanges(options);
  assertTtl('local', options.local);
  assertTtl('softTimeout', options.softTimeout);
  assertTtl('hardTimeout', options.hardTimeout);
  const { softTimeout, hardTimeout, earlyRefresh } = options;
  if (softTimeout !== undefined && hardTimeout !== undefined && softTimeout >= hardTimeout) {
    throw new CacheOptionsError(
      'softTimeout',
      `softTimeout must be less than hardTimeout (${hardTimeout}), not ${softTimeout}.`,
    );
  }
  if (softTimeout !== undefined && (options.staleIfError ?? 0) === 0) {
    throw new CacheOptionsError(
      'softTimeout',
      'softTimeout needs staleIfError, because it is the time after which a caller gets a stale value.',
    );
  }
  assertEarlyRefresh(earlyRefresh);
  assertEffective(options);
}

function assertEarlyRefresh(factor: boolean | number | undefined): void {
  if (factor === undefined || typeof factor === 'boolean') return;
  if (typeof factor === 'number' && factor > 0 && factor <= MAX_EAGERNESS) return;
  throw new CacheOptionsError(
    'earlyRefresh',
    `earlyRefresh must be true, false, or a number above 0 and at most ${MAX_EAGERNESS}, not ${shown(factor)}.`,
  );
}

const MAX_EAGERNESS = 1_000;

function assertSeconds(option: string, seconds: number | undefined): void {
  if (seconds === undefined) return;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_TTL_SECONDS) return;
  throw new CacheOptionsError(
    option,
    `${option} must be a number of seconds from 0 to ${MAX_TTL_SECONDS}, not ${shown(seconds)}.`,
  );
}
