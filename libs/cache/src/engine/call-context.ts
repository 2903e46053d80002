import { AsyncLocalStorage } from 'node:async_hooks';

/** What the present call is made from inside of. */
export interface CallContext {
  /** The load, if there is one; `LoadGraph` knows its type. */
  readonly load: unknown;
  /** The budgets of the request that is being answered, if there is one, by cache. */
  readonly budgets: Map<object, unknown> | undefined;
}

const NOTHING: CallContext = { load: undefined, budgets: undefined };

// One for all caches and for both: on Node 20 each storage that was ever used costs every promise of
// the process a little, for as long as the process lives.
const contexts = new AsyncLocalStorage<CallContext>();

export function callContext(): CallContext {
  return contexts.getStore() ?? NOTHING;
}

/** Runs `work`, and everything that it starts and awaits, inside of what the present call is and more. */
export function runInside<T>(more: Partial<CallContext>, work: () => T): T {
  return contexts.run({ ...callContext(), ...more }, work);
}
