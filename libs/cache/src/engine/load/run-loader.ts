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
 * Yielded in place of a value that is nobody's but its caller's: nothing is stored, nothing is
 * shared, and for a while callers load side by side in this process as well.
 */
export const UNSHARED: unique symbol = Symbol('unshared');

/** What a loader yielded, and what it decided about its entry. */
export interface LoaderResult {
  readonly value: unknown;
  readonly options: GetOrSetOptions;
  readonly skipStore: boolean;
  /** What it took, in milliseconds. */
  readonly loadMs: number;
}

/** How a loader is run. */
export interface LoaderTerms {
  readonly key: string;
  readonly background: boolean;
  /** Milliseconds; `undefined` without bound. */
  readonly hardMs: number | undefined;
  /** Aborts the load from outside: the cache is being closed. */
  readonly closing?: AbortSignal | undefined;
}

/**
 * Runs a loader within its time. One that ignores its signal is left behind: what it yields or
 * throws later concerns nobody.
 */
export async function runLoader<T>(
  clock: Clock,
  loader: Loader<T>,
  options: GetOrSetOptions,
  terms: LoaderTerms,
): Promise<LoaderResult> {
  const { key, background, hardMs, closing } = terms;
  // Made when somebody looks: most loaders do not.
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

/** Each query of a loader may listen to its signal. */
function unboundedController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** As the load, unless that takes longer than `ms` milliseconds: then it is left behind. */
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
  // A loader that throws at once throws here, like one that rejects.
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
        // The loader's own error, whatever it is.
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
        reject(error);
      },
    );
  });
}
