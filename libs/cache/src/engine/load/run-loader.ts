import { setMaxListeners } from 'node:events';
import { CacheLoadTimeoutError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import { settleWithin } from '../../clock.js';
import type {
  AdaptedTerms,
  GetOrSetOptions,
  LoadContext,
} from '../../values/get-or-set-options.js';
import { untilAborted } from '../../until-aborted.js';
import { assertAdapted } from '../../values/staleness.js';

/**
 * Result of a loader whose value is for its own caller only: nothing is stored or shared, and for a
 * short time callers in this process load concurrently, too.
 */
export const UNSHARED: unique symbol = Symbol('unshared');

/** The result of a loader and its decisions about the entry. */
export interface LoaderResult {
  readonly value: unknown;
  readonly options: GetOrSetOptions;
  readonly skipStore: boolean;
  /** Duration of the load, in milliseconds. */
  readonly loadMs: number;
}

/** How a loader is run. */
export interface LoaderTerms {
  readonly key: string;
  readonly background: boolean;
  /** Hard timeout in milliseconds; `undefined` without one. */
  readonly hardMs: number | undefined;
  /** Aborts the load when the cache is closed. */
  readonly closing?: AbortSignal | undefined;
}

/**
 * Runs a loader with its hard timeout. A loader that ignores its signal is abandoned: its later
 * value or error is ignored.
 */
export async function runLoader<T>(
  clock: Clock,
  loader: (context: LoadContext) => Promise<T>,
  options: GetOrSetOptions,
  terms: LoaderTerms,
): Promise<LoaderResult> {
  const { key, background, hardMs, closing } = terms;
  // Created on first use: most loaders do not read the signal.
  let controller: AbortController | undefined;
  const aborter = (): AbortController => (controller ??= unboundedController());
  const abort = (reason: Error): Error => {
    aborter().abort(reason);
    return reason;
  };
  let adapted: AdaptedTerms = {};
  let skipStore = false;
  const context: LoadContext = {
    key,
    background,
    get signal() {
      return aborter().signal;
    },
    adapt: (changes) => {
      assertAdapted(changes, options);
      adapted = changes;
    },
    skipStore: () => {
      skipStore = true;
    },
  };
  const begin = clock.now();
  const load = loader(context);
  const closed = (): Error => abort(new Error('The cache is being closed.'));
  const open = closing === undefined ? load : untilAborted(load, closing, closed);
  const value =
    hardMs === undefined
      ? await open
      : await settleWithin(clock, open, hardMs, () => {
          throw abort(new CacheLoadTimeoutError(key, hardMs));
        });
  const loadMs = clock.now() - begin;
  return { value, options: { ...options, ...adapted }, skipStore, loadMs };
}

/** Without a listener limit, because each query of a loader may listen to its signal. */
function unboundedController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
