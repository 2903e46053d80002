import type { Lease } from '../store/cache-store.js';
import type { Budget } from './budget.js';
import type { LoadParts } from './load-parts.js';

/**
 * The lease on a key without a value for whoever fills by hand, one that is only held for its stale
 * time included: `get` says nothing is there, so it has to be replaceable. One store call where
 * nothing is held.
 */
export async function acquireByHand(
  { reads, lookup, limits }: LoadParts,
  key: string,
  budget: Budget,
): Promise<Lease | undefined> {
  const acquire = async (replace: boolean): Promise<Lease | undefined | 'present'> => {
    const terms = { leaseMs: limits.leaseMs, replace };
    const answer = await budget.spend((ms) => reads.acquire(key, terms, ms));
    if (answer.state === 'owned') return answer.lease;
    return answer.state === 'present' ? 'present' : undefined;
  };
  const lease = await acquire(false);
  if (lease !== 'present') return lease;
  const found = await lookup.find(key, {}, budget, false);
  if (typeof found !== 'object' || found.freshness !== 'expired') return undefined;
  const replaced = await acquire(true);
  return replaced === 'present' ? undefined : replaced;
}
