import { AsyncScope } from '../async-scope.js';

/** The context of the current call: its load, its request and its transaction. */
export interface CallContext {
  /** The enclosing load, if any; `LoadGraph` knows its type. */
  readonly load: unknown;
  /** The deadline budgets of the current request, if any, by cache. */
  readonly budgets: Map<object, unknown> | undefined;
  /** The announced transaction, if any; `OpenTransaction` knows its type. */
  readonly transaction: unknown;
}

const NOTHING: CallContext = { load: undefined, budgets: undefined, transaction: undefined };

// One for all caches and all fields: before Node 24 each storage in use adds a cost to every promise
// of the process.
const contexts = new AsyncScope<CallContext>();

export function callContext(): CallContext {
  return contexts.getStore() ?? NOTHING;
}

/**
 * Runs `work`, and everything that it starts and awaits, in the current context extended by `more`.
 */
export function runInside<T>(more: Partial<CallContext>, work: () => T, callsBack = false): T {
  return contexts.run({ ...callContext(), ...more }, work, callsBack);
}

/** Runs `work` in no context: what it does belongs to no request, load or transaction. */
export function runOutside<T>(work: () => T): T {
  return contexts.getStore() === undefined ? work() : contexts.run(NOTHING, work);
}
