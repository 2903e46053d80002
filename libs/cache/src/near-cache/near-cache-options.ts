import { CacheOptionsError } from '../cache-errors.js';
import { MAX_ENTRIES, whole } from '../option-checks.js';

/** Options of the copies that are kept in process memory. */
export interface LocalOptions {
  /** Copies kept; the least recently used goes first. Default 10,000; at most 10,000,000. */
  readonly maxEntries?: number | undefined;
  /** Bytes of the copies, as V8 holds them. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Whether a removal is done only when every process has dropped its copies: `true`, or the
   * beginnings of the keys for which it is (`['stats:']`). A removal then takes a round trip more,
   * and `staleBoundMs` when a process is silent. Without it, others may be served a removed value
   * for as long as a message travels (milliseconds), and never beyond `staleBoundMs`; a process
   * that has not looked for messages for 5 ms does so before it serves a copy, which takes two
   * turns of its event loop. `set` waits for nobody. Default `false`.
   */
  readonly barrier?: boolean | readonly string[] | undefined;
  /**
   * Milliseconds after which a process that cannot hear of removals stops using its copies. Default
   * 500; 50 to 60,000.
   */
  readonly staleBoundMs?: number | undefined;
}

/** As {@link LocalOptions}, with every default filled in. */
export interface ResolvedLocalOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Beginnings of keys; the empty one stands for all. */
  readonly barrier: readonly string[];
  readonly staleBoundMs: number;
}

const SHORTEST_BOUND_MS = 50;
const LONGEST_BOUND_MS = 60_000;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws CacheOptionsError one sentence that names the option and the fix
 */
export function resolveLocalOptions(
  local: LocalOptions | undefined,
): ResolvedLocalOptions | undefined {
  if (local === undefined) return undefined;
  const { barrier = false, staleBoundMs = 500 } = local;
  if (typeof barrier !== 'boolean' && !barrier.every((prefix) => prefix.length > 0)) {
    throw new CacheOptionsError(
      'local.barrier',
      'local.barrier must be true, false or a list of beginnings of keys, none of them empty.',
    );
  }
  if (!(staleBoundMs >= SHORTEST_BOUND_MS && staleBoundMs <= LONGEST_BOUND_MS)) {
    throw new CacheOptionsError(
      'local.staleBoundMs',
      `local.staleBoundMs must be between ${SHORTEST_BOUND_MS} and ${LONGEST_BOUND_MS} milliseconds, not ${String(staleBoundMs)}.`,
    );
  }
  return {
    maxEntries: whole('local.maxEntries', local.maxEntries ?? 10_000, MAX_ENTRIES),
    maxBytes: whole('local.maxBytes', local.maxBytes ?? 32 * 1024 * 1024),
    barrier: typeof barrier === 'boolean' ? (barrier ? [''] : []) : barrier,
    staleBoundMs,
  };
}
