import { callContext, runInside } from './call-context.js';
import { DeadlineBudget } from './deadline-budget.js';
import type { StoreGate } from './store-gate.js';

type Budgets = Map<object, unknown>;

const budgetsOf = new WeakMap<object, Budgets>();
/** The budgets of the request whose work runs at present, in this very turn. */
let atOnce: Budgets | undefined;

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
 *
 * @param request an object that stands for the request. With it `work` enters no async context,
 *   which before Node 24 costs every promise of the process: only the calls that `work` makes before
 *   it returns share the deadline, with those of all other work for the same request, `@CacheAside`
 *   of its handler included.
 */
export function runWithCacheDeadline<T>(work: () => T, request?: object): T {
  if (request === undefined) return runInside({ budgets: new Map() }, work, true);
  let budgets = budgetsOf.get(request);
  if (budgets === undefined) budgetsOf.set(request, (budgets = new Map<object, unknown>()));
  const outer = atOnce;
  atOnce = budgets;
  try {
    return work();
  } finally {
    atOnce = outer;
  }
}

/** As `runWithCacheDeadline` with the request, if that was used for the request before. */
export function withinDeadlineOf<T>(request: object, work: () => T): T {
  return budgetsOf.has(request) ? runWithCacheDeadline(work, request) : work();
}

/**
 * The budget of one operation: the rest of the current request's, if there is one.
 *
 * @param queues whether its calls pass the owner's gate
 */
export function currentBudget(owner: BudgetOwner, queues = true): DeadlineBudget {
  const { gate, limits } = owner;
  const entrance = queues ? gate : undefined;
  const budgets = callContext().budgets ?? atOnce;
  if (budgets === undefined) return new DeadlineBudget(gate.time, limits.deadlineMs, entrance);
  // Only set below.
  let request = budgets.get(owner) as DeadlineBudget | undefined;
  if (request === undefined) {
    budgets.set(owner, (request = new DeadlineBudget(gate.time, limits.deadlineMs)));
  }
  return new DeadlineBudget(gate.time, limits.deadlineMs, entrance, request);
}
