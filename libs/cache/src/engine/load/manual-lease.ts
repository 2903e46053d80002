import { CacheOptionsError } from '../../cache-errors.js';
import { selectKeys } from '../../keys/key-selection.js';
import type { CacheStore, Lease } from '../../store/cache-store.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import type { SetOptions } from '../engine-parts.js';
import { NO_OPTIONS } from '../../values/get-or-set-options.js';
import { LeaseToken } from './lease-token.js';
import type { LoadParts } from './load-request.js';

/**
 * The lease on a key without a value for whoever fills by hand, one that is only held for its stale
 * time included: `get` says nothing is there, so it has to be replaceable. One store call where
 * nothing is held.
 */
export async function acquireManually(
  { reads, lookup, limits }: LoadParts,
  key: string,
  budget: DeadlineBudget,
): Promise<Lease | undefined> {
  const acquire = async (replace: boolean): Promise<Lease | undefined | 'present'> => {
    const terms = { leaseMs: limits.leaseMs, replace };
    const answer = await budget.spend((ms) => reads.acquire(key, terms, ms));
    if (answer.state === 'owned') return answer.lease;
    return answer.state === 'present' ? 'present' : undefined;
  };
  const lease = await acquire(false);
  if (lease !== 'present') return lease;
  const found = await lookup.find(key, NO_OPTIONS, budget, 'none');
  if (typeof found !== 'object' || found.staleness !== 'expired') return undefined;
  const replaced = await acquire(true);
  return replaced === 'present' ? undefined : replaced;
}

/** A value on its way to the store. */
interface Outgoing {
  readonly key: string;
  /** `undefined` for one that cannot be stored. */
  readonly text: string | undefined;
  readonly ttlMs: number | undefined;
}

/**
 * Stores a value by hand, whatever is there, or only while the token holds where there is one; one
 * store call. One that cannot be stored takes what is there away, because that is older, and leaves
 * the key to the next caller.
 *
 * @throws CacheOptionsError when the token is another key's
 */
export async function putByHand(
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
    throw new CacheOptionsError('token', `token was begun for ${lease.key}, not for ${key}.`);
  }
  if (text !== undefined) return store.fill(lease, text, ttlMs, withinMs);
  await store.release(lease, withinMs);
  return false;
}
