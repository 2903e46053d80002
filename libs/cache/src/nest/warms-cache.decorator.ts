import { CacheOptionsError } from '../cache-errors.js';
import { assertKinds, assertKnown, TEXT } from '../option-checks.js';
import type { CacheWarmer } from '../warm/cache-warmer.js';

/** Options of `@WarmsCache`. */
export interface WarmsCacheOptions {
  /** Name of the cache that is warmed. Default: the cache without a name. */
  readonly cache?: string | undefined;
}

/** A class whose instances are warmers. */
type WarmerClass = abstract new (...args: never) => CacheWarmer;

const WARMS = Symbol('WARMS');

/**
 * Marks a provider as a {@link CacheWarmer}: it is found at start, like the decorated methods, and
 * runs in one process of all.
 *
 * ```ts
 * @Injectable()
 * @WarmsCache()
 * export class PriceWarmer implements CacheWarmer<number> { … }
 * ```
 *
 * @throws CacheOptionsError when an option is unknown or of another kind
 */
export function WarmsCache(options: WarmsCacheOptions = {}): (type: WarmerClass) => void {
  const kinds = { cache: TEXT };
  assertKnown(options, kinds, '@WarmsCache');
  assertKinds(options, kinds, '@WarmsCache: ');
  return (type) => Reflect.defineMetadata(WARMS, options, type);
}

/** What `@WarmsCache` says of an instance's class. */
export function warmsCacheOf(instance: object): WarmsCacheOptions | undefined {
  // Only the decorator writes this key.
  return Reflect.getMetadata(WARMS, instance.constructor) as WarmsCacheOptions | undefined;
}

/** @throws CacheOptionsError for a warmer that each request would have for itself */
export function assertSingleWarmer(instance: object, single: boolean): void {
  if (single) return;
  throw new CacheOptionsError(
    'cache',
    `${instance.constructor.name} has @WarmsCache, so it must be neither request-scoped nor transient: runs belong to no request.`,
  );
}
