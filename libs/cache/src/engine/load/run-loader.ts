import { setMaxListeners } from 'node:events';
import { CacheLoadTimeoutError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import type {
  AdaptedTerms,
  GetOrSetOptions,
  LoadContext,
  Loader,
} from '../../values/get-or-set-options.js';
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
  loader: Loader<T>,
  options: GetOrSetOptions,
  terms: LoaderTerms,
): Promise<LoaderResult> {
  const { key, background, hardMs, closing } = terms;
  // Created on first use: most loaders do not read the signal.
  let controller: AbortController | undefined;
  const aborter = (): AbortController => (controller ??= unboundedController());
  let adapted: AdaptedTerms = {};
  let skipStore = false;
  const context: LoadContext = {
    key,
    background,
    get signal() {
      return aborter().signal;
    },
    adapt: (changes) => {
      assertAdapted(changes);
      adapted = changes;
    },
    skipStore: () => {
      skipStore = true;
    },
  };
  const begin = clock.now();
  const value = await bounded(() => loader(context), aborter, clock, hardMs, key, closing);
  const loadMs = clock.now() - begin;
  return { value, options: { ...options, ...adapted }, skipStore, loadMs };
}

/** Without a listener limit, because each query of a loader may listen to its signal. */
function unboundedController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/**
 * Settles as the load, unless that takes longer than `ms` milliseconds: then the load is abandoned.
 */
export function withinLimit<T>(
  clock: Clock,
  load: Promise<T>,
  ms: number,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late()));
    load.finally(cancel).then(resolve, reject);
  });
}

function bounded<T>(
  run: () => T | Promise<T>,
  aborter: () => AbortController,
  clock: Clock,
  hardMs: number | undefined,
  key: string,
  closing: AbortSignal | undefined,
): Promise<T> {
  // Turns a synchronous throw of the loader into a rejection.
  const load = (async () => run())();
  if (hardMs === undefined && closing === undefined) return load;
  return new Promise((resolve, reject) => {
    const give = (reason: Error): void => {
      end();
      aborter().abort(reason);
      reject(reason);
    };
    const cancel =
      hardMs === undefined
        ? undefined
        : clock.after(hardMs, () => give(new CacheLoadTimeoutError(key, hardMs)));
    const close = (): void => give(new Error('The cache is being closed.'));
    const end = (): void => {
      cancel?.();
      closing?.removeEventListener('abort', close);
    };
    closing?.addEventListener('abort', close);
    load.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        // The loader's own error, unchanged.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      },
    );
  });
}
