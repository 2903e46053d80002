import { CacheLoadTimeoutError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { AdaptedTerms, GetOrSetOptions, LoadContext, Loader } from './cache-entry.js';
import { assertAdapted } from './age.js';

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
  const aborter = (): AbortController => (controller ??= new AbortController());
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
