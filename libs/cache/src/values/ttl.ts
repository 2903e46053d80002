import { CacheOptionsError } from '../cache-errors.js';
import { shown } from '../option-checks.js';
import type { Lifetime, Named } from './get-or-set-options.js';

/** Ten years: a longer lifetime is taken for a mistake, such as milliseconds for seconds. */
export const MAX_TTL_SECONDS = 315_360_000;

/** Checks a lifetime in seconds: above 0, fractions allowed. */
export function assertTtl(option: string, ttl: number | undefined): void {
  if (ttl === undefined) return;
  if (typeof ttl === 'number' && ttl > 0 && ttl <= MAX_TTL_SECONDS) return;
  throw new CacheOptionsError(
    option,
    `${option} must be a number of seconds above 0 and at most ${MAX_TTL_SECONDS}, not ${shown(ttl)}; leave it out for a value without expiry.`,
  );
}

/** Checks the options that define how long a value lives. */
export function assertLifetime(options: Lifetime & Named): void {
  assertTtl('ttl', options.ttl);
  assertJitter(options.jitter);
  assertNamespace(options.namespace);
}

/** Names are labels of metrics, so they are short and plain. */
function assertNamespace(namespace: string | undefined): void {
  if (namespace === undefined) return;
  if (typeof namespace === 'string' && /^[\w:.~-]{1,64}$/.test(namespace)) return;
  throw new CacheOptionsError(
    'namespace',
    `namespace must be 1 to 64 letters, digits or any of :._~-, not ${shown(namespace)}.`,
  );
}

function assertJitter(jitter: number | undefined): void {
  if (jitter === undefined || (typeof jitter === 'number' && jitter >= 0 && jitter <= 1)) return;
  throw new CacheOptionsError(
    'jitter',
    `jitter must be a share of the ttl between 0 and 1, not ${shown(jitter)}.`,
  );
}

/**
 * Converts seconds and jitter to whole milliseconds. Jitter only shortens: no value is served for
 * longer than its `ttl`, yet keys filled together do not expire together.
 *
 * @param random a number in [0, 1)
 */
export function ttlMilliseconds(
  ttl: number | undefined,
  jitter: number | undefined,
  random: () => number,
): number | undefined {
  if (ttl === undefined) return undefined;
  const share = jitter === undefined || jitter === 0 ? 1 : 1 - jitter * random();
  return Math.max(1, Math.round(ttl * 1000 * share));
}

/** Converts remaining milliseconds to the whole seconds that readers see, rounded up. */
export function wholeSeconds(ttlMs: number | null): number | null {
  return ttlMs === null ? null : Math.ceil(ttlMs / 1000);
}
