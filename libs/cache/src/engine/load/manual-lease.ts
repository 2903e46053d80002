import { CacheOptionsError } from '../../cache-errors.js';
import { logSet, logUnstored } from '../../cache-log.js';
import { selectKeys } from '../../keys/key-selection.js';
import type { CacheStore, Lease } from '../../store/cache-store.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { SetOptions } from '../engine-parts.js';
import type { Removals } from '../invalidate/removals.js';
import type { WriteOrder } from '../invalidate/write-order.js';
import { STORE_CALL } from '../../observe/recorder.js';
import { NO_OPTIONS } from '../../values/get-or-set-options.js';
import { ttlMilliseconds } from '../../values/ttl.js';
import { LeaseToken } from './lease-token.js';
import type { LoadParts } from './load-request.js';

/**
 * Acquires the lease of a key for a manual fill. An entry past its ttl that is only kept for stale
 * reads counts as absent, as it does for `get`. One store call if nothing is stored.
 */
export async function acquireManually(
  { reads, lookup, limits }: LoadParts,
  key: string,
  budget: DeadlineBudget,
): Promise<Lease | undefined> {
  const acquire = async (replace: boolean): Promise<Lease | undefined | 'present'> => {
    const terms = { leaseMs: limits.leaseMs, replace };
    const answer = await budget.spend((ms) => reads.acquire(key, terms, ms), STORE_CALL.acquire);
    if (answer.state === 'owned') return answer.lease;
    return answer.state === 'present' ? 'present' : undefined;
  };
  const lease = await acquire(false);
  if (lease !== 'present') return lease;
  const found = await lookup.find({ key, options: NO_OPTIONS, budget, life: 'none' });
  if (typeof found !== 'object' || found.staleness !== 'expired') return undefined;
  const replaced = await acquire(true);
  return replaced === 'present' ? undefined : replaced;
}

/** Collaborators of a store by hand. */
interface SetParts extends LoadParts {
  readonly removals: Removals;
  readonly writes: WriteOrder;
}

/** See `CacheEngine.set`; its arguments are checked. */
export async function setByHand(
  parts: SetParts,
  key: string,
  value: unknown,
  options: SetOptions,
  budget: DeadlineBudget,
): Promise<boolean> {
  const { store, codec, limits, logger, random, recorder, removals, writes, lookup } = parts;
  const serialised = codec.serialise(value);
  if (serialised === 'undefined') {
    logUnstored(logger, key, serialised);
    return false;
  }
  const bytes = typeof serialised === 'string' ? 0 : serialised.bytes;
  const large = bytes > limits.maxValueBytes;
  const packed = typeof serialised === 'string' || large ? '' : codec.pack(serialised);
  const ttlMs = ttlMilliseconds(options.ttl, options.jitter, random);
  const enter = (): Promise<void> | undefined => budget.enter();
  let text: string | undefined;
  const put = (ready: string): Promise<boolean> => {
    text = ready !== '' && store.fits?.(key, ready) !== false ? ready : undefined;
    if (text === undefined) logUnstored(logger, key, serialised);
    const outgoing = { key, text, ttlMs };
    const sent = budget.entered((ms) => putByHand(store, outgoing, options, ms), STORE_CALL.write);
    return removals.dropCopies(selectKeys([key]), sent);
  };
  let stored: boolean | undefined;
  try {
    stored = await writes.inOrder(key, packed, enter, put);
  } catch (error) {
    lookup.countUnavailable(error);
  }
  if (stored === true && text !== undefined) {
    recorder.stored(key, options, { via: 'set', text, bytes, ttlMs });
    logSet(logger, key, ttlMs);
    return true;
  }
  const unfit = typeof serialised === 'string' ? serialised : 'too_large';
  const why = text === undefined ? unfit : 'invalidated';
  recorder.refused(key, options, stored === undefined ? 'unavailable' : why);
  return false;
}

/** A value to be stored. */
interface Outgoing {
  readonly key: string;
  /** `undefined` for a value that cannot be stored. */
  readonly text: string | undefined;
  readonly ttlMs: number | undefined;
}

/**
 * Stores a value unconditionally or, with a token, only while the token is valid; one store call.
 * For a value that cannot be stored, the older stored value is removed and the lease released, so
 * that the next caller can load.
 *
 * @throws CacheOptionsError when the token belongs to another key
 */
async function putByHand(
  store: CacheStore,
  { key, text, ttlMs }: Outgoing,
  options: SetOptions,
  withinMs: number,
): Promise<boolean> {
  if (!('token' in options)) {
    if (text === undefined) await store.remove(selectKeys([key]));
    else await store.write(key, text, ttlMs, withinMs);
    return text !== undefined;
  }
  if (options.token === undefined) return false;
  const lease = LeaseToken.leaseOf(options.token);
  if (lease.key !== key) {
    throw new CacheOptionsError('token', `token belongs to ${lease.key}, not to ${key}.`);
  }
  if (text !== undefined) return store.fill(lease, text, ttlMs, withinMs);
  await store.release(lease, withinMs);
  return false;
}
