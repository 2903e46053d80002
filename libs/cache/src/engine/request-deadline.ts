import { callContext, runInside } from './call-context.js';
import { DeadlineBudget } from './deadline-budget.js';
import type { StoreGate } from './store-gate.js';

/** Whoever spends: each cache counts for itself, with its own clock and deadline. */
export interface BudgetOwner {
  readonly gate: StoreGate;
  readonly limits: { readonly deadlineMs: number };
}

/**
 * Runs `work`, and everything that it starts and awaits, under one deadline for all its cache calls
 * together: however many a request makes, a store that is away costs it no more than `deadlineMs`
 * (default 50). Calls after that are misses at once; removals have their own bound and are not
 * counted.
 *
 * Meant for one HTTP request, message or job; without it each operation has the deadline to itself.
 *
 * ```ts
 * fastify.addHook('preHandler', (_request, _reply, done) => runWithCacheDeadline(done));
 * ```
 */
export function runWithCacheDeadline<T>(work: () => T): T {
  return runInside({ budgets: new Map() }, work);
}

/** The budget of one operation: of what is left to the request that is being answered, if any. */
export function currentBudget(owner: BudgetOwner): DeadlineBudget {
  const { gate, limits } = owner;
  const { budgets } = callContext();
  if (budgets === undefined) return new DeadlineBudget(gate.time, limits.deadlineMs, gate);
  // Set below, and nowhere else.
  let request = budgets.get(owner) as DeadlineBudget | undefined;
  if (request === undefined) {
    budgets.set(owner, (request = new DeadlineBudget(gate.time, limits.deadlineMs)));
  }
  return new DeadlineBudget(gate.time, limits.deadlineMs, gate, request);
}
