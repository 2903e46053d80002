import { callContext, runInside } from './call-context.js';
import { DeadlineBudget } from './deadline-budget.js';
import type { StoreGate } from './store-gate.js';

/** Owner of a budget: each cache counts separately, with its own clock and deadline. */
export interface BudgetOwner {
  readonly gate: StoreGate;
  readonly limits: { readonly deadlineMs: number };
}

/**
 * Runs `work`, and everything that it starts and awaits, under one deadline for all its cache
 * calls: however many a request makes, an unavailable store costs it no more than `deadlineMs`
 * (default 50). Later calls are immediate misses; removals have their own timeout and are not
 * counted.
 *
 * Use it for one HTTP request, message or job; without it each operation has its own deadline.
 *
 * ```ts
 * fastify.addHook('preHandler', (_request, _reply, done) => runWithCacheDeadline(done));
 * ```
 */
export function runWithCacheDeadline<T>(work: () => T): T {
  return runInside({ budgets: new Map() }, work);
}

/** The budget of one operation: the rest of the current request's, if there is one. */
export function currentBudget(owner: BudgetOwner): DeadlineBudget {
  const { gate, limits } = owner;
  const { budgets } = callContext();
  if (budgets === undefined) return new DeadlineBudget(gate.time, limits.deadlineMs, gate);
  // Only set below.
  let request = budgets.get(owner) as DeadlineBudget | undefined;
  if (request === undefined) {
    budgets.set(owner, (request = new DeadlineBudget(gate.time, limits.deadlineMs)));
  }
  return new DeadlineBudget(gate.time, limits.deadlineMs, gate, request);
}
