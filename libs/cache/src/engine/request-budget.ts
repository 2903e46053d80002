import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../clock.js';
import { Budget } from './budget.js';

/** Whoever spends: each cache counts for itself, with its own clock and deadline. */
export interface BudgetOwner {
  readonly clock: Clock;
  readonly limits: { readonly deadlineMs: number };
}

const requests = new AsyncLocalStorage<WeakMap<BudgetOwner, Budget>>();

/**
 * Runs `work`, and everything that it starts and awaits, under one deadline for all its cache calls
 * together: however many a request makes, a store that is away costs it no more than `deadlineMs`
 * (default 50). Calls after that are misses at once; removals have their own bound and are not
 * counted.
 *
 * Meant for one HTTP request, message or job; without it each operation has the deadline to itself.
 *
 * ```ts
 * fastify.addHook('preHandler', (_request, _reply, done) => runWithCacheBudget(done));
 * ```
 */
export function runWithCacheBudget<T>(work: () => T): T {
  return requests.run(new WeakMap(), work);
}

/** The budget of the request that is being answered, or a new one where there is none. */
export function currentBudget(owner: BudgetOwner): Budget {
  const budgets = requests.getStore();
  const known = budgets?.get(owner);
  if (known !== undefined) return known;
  const budget = new Budget(owner.clock, owner.limits.deadlineMs);
  budgets?.set(owner, budget);
  return budget;
}
