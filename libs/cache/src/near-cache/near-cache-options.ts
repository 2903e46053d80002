import { CacheOptionsError } from '../cache-errors.js';
import type { OptionKinds } from '../option-checks.js';
import { assertKnown, CHECKED, MAX_ENTRIES, shown, TEXTS, whole } from '../option-checks.js';

/** Options of the near cache. */
export interface LocalOptions {
  /**
   * Maximum number of copies; the least recently used is evicted first. Default 10,000; at most
   * 10,000,000.
   */
  readonly maxEntries?: number | undefined;
  /** Maximum bytes of the copies in V8's memory. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Whether a removal waits until every process has dropped its copies: `true`, or the key prefixes
   * to which this applies (`['stats:']`). A removal then takes one more round trip, or
   * `staleBoundMs` when a process does not respond. Without the barrier, other processes may serve
   * a removed value until its message arrives (milliseconds), at most for `staleBoundMs`; a process
   * that has not polled for messages for 5 ms does so before it serves a copy, which takes two
   * turns of its event loop. `set` never waits. Default `false`.
   */
  readonly barrier?: boolean | readonly string[] | undefined;
  /**
   * Milliseconds after which a process that receives no invalidation messages stops using its
   * copies, 50 to 60,000. Default 500.
   */
  readonly staleBoundMs?: number | undefined;
}

/** As {@link LocalOptions}, with all defaults applied. */
export interface ResolvedLocalOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Key prefixes; the empty prefix covers all keys. */
  readonly barrier: readonly string[];
  readonly staleBoundMs: number;
}

const LOCAL_OPTIONS: OptionKinds<LocalOptions> = {
  maxEntries: CHECKED,
  maxBytes: CHECKED,
  barrier: CHECKED,
  staleBoundMs: CHECKED,
};
const SHORTEST_BOUND_MS = 50;
const LONGEST_BOUND_MS = 60_000;

/**
 * Validates the options and applies the defaults.
 *
 * @throws CacheOptionsError the message names the option and the fix
 */
export function resolveLocalOptions(
  local: LocalOptions | undefined,
): ResolvedLocalOptions | undefined {
  if (local === undefined) return undefined;
  assertKnown(local, LOCAL_OPTIONS, 'local');
  const { maxEntries = 10_000, maxBytes = 32 * 1024 * 1024 } = local;
  const { barrier = false, staleBoundMs = 500 } = local;
  if (typeof barrier !== 'boolean' && !TEXTS[1](barrier)) {
    throw new CacheOptionsError(
      'local.barrier',
      'local.barrier must be true, false or a list of key prefixes, none of them empty.',
    );
  }
  if (
    typeof staleBoundMs !== 'number' ||
    !(staleBoundMs >= SHORTEST_BOUND_MS && staleBoundMs <= LONGEST_BOUND_MS)
  ) {
    throw new CacheOptionsError(
      'local.staleBoundMs',
      `local.staleBoundMs must be between ${SHORTEST_BOUND_MS} and ${LONGEST_BOUND_MS} milliseconds, not ${shown(staleBoundMs)}.`,
    );
  }
  return {
    maxEntries: whole('local.maxEntries', maxEntries, MAX_ENTRIES),
    maxBytes: whole('local.maxBytes', maxBytes),
    barrier: typeof barrier === 'boolean' ? (barrier ? [''] : []) : barrier,
    staleBoundMs,
  };
}
