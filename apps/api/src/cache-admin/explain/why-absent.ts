import type { KeyHistory } from '@gad/cache/store';
import { isLoss, removalsOf, type RecordedRemoval, type Records } from './recorded-removals.js';

export type AbsenceCause =
  | 'never_stored'
  | 'expired'
  | 'invalidated'
  | 'evicted'
  | 'cleared'
  | 'refused_fill'
  | 'unreadable'
  | 'unknown';

/**
 * `proved`: it is on record, and nothing was stored since, so that the key would be gone whatever else
 * happened. `likely`: what is known allows something else. `unknown`: nothing on record explains it.
 */
export type Certainty = 'proved' | 'likely' | 'unknown';

export interface Absence {
  readonly cause: AbsenceCause;
  readonly certainty: Certainty;
  /** Milliseconds since 1970; `undefined` if that is not known. */
  readonly at: number | undefined;
  /** The removal on record. */
  readonly removal?: RecordedRemoval | undefined;
}

/** What is known of an absent key. */
export interface AbsentKey {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether something was loaded or stored since the last removal; `undefined` if that is not known. */
  readonly reloaded: boolean | undefined;
  /** Whether the history has every fill at its exact time: that of an in-process store. */
  readonly seesEveryFill: boolean;
  /** How many keys the store has evicted, ever. */
  readonly evictions: number | undefined;
  /** `undefined` while the store does not answer. */
  readonly history: KeyHistory | undefined;
  readonly records: Records;
}

const NOTHING_KNOWN: Absence = { cause: 'unknown', certainty: 'unknown', at: undefined };
/** What was removed so many milliseconds before the rounded time of a fill may have come after it. */
const ROUNDING_MS = 150;

/** Why a key has no value. Exact records come first, and a guess is never said to be proved. */
export function whyAbsent(absent: AbsentKey): Absence {
  const { key, history, records, reloaded } = absent;
  const removals = removalsOf(key, records);
  const effective = removals.filter(({ count }) => count !== 0);
  const fill = history?.fill;
  const refused = refusalOf(absent, removals, fill?.filledAt ?? 0);
  if (fill !== undefined) {
    const isExact = history?.isExact === true || absent.seesEveryFill;
    const unsure = effective.filter(
      ({ at }) => !isExact && at < fill.filledAt && at >= fill.filledAt - ROUNDING_MS,
    );
    // The first of them removed the key: the others found nothing.
    const later = effective.find(({ at }) => at >= fill.filledAt);
    const first = later ?? (reloaded === true ? undefined : unsure.at(-1));
    const ended = fill.endsAt !== 0 && fill.endsAt <= absent.now ? fill.endsAt : undefined;
    if (refused !== undefined) return refused;
    if (first !== undefined && (ended === undefined || first.at <= ended)) {
      return removed(first, absent, unsure.length === 0);
    }
    if (ended !== undefined) return { cause: 'expired', certainty: 'likely', at: ended };
    return (absent.evictions ?? 0) > 0
      ? { cause: 'evicted', certainty: 'likely', at: undefined }
      : NOTHING_KNOWN;
  }
  if (refused !== undefined) return refused;
  if (history?.isSampled === true && history.begunAt !== undefined) {
    return neverSeen(absent, effective);
  }
  const newest = effective.at(-1);
  return newest === undefined ? NOTHING_KNOWN : removed(newest, absent, true);
}

/** Since the board was begun, no fill of the key was reported. */
function neverSeen(absent: AbsentKey, effective: readonly RecordedRemoval[]): Absence {
  const { key, records } = absent;
  const own = effective.findLast(({ pattern, count }) => pattern === key && count !== undefined);
  const loss = records.journal.find(isLoss);
  if (loss !== undefined && loss.at > (own?.at ?? 0)) {
    return { cause: 'cleared', certainty: 'likely', at: loss.at };
  }
  if (own !== undefined) return removed(own, absent, true);
  return { cause: 'never_stored', certainty: 'likely', at: undefined };
}

/** @param isOrdered whether it is certain that the removal came after the fill */
function removed(removal: RecordedRemoval, absent: AbsentKey, isOrdered: boolean): Absence {
  const { history, seesEveryFill, reloaded } = absent;
  const isRemembered = history?.isSampled === true && (history.begunAt ?? Infinity) <= removal.at;
  const isLast = seesEveryFill || reloaded === false;
  const isProved = removal.isExact && isRemembered && isLast && isOrdered;
  const cause = removal.isClear ? 'cleared' : 'invalidated';
  return { cause, certainty: isProved ? 'proved' : 'likely', at: removal.at, removal };
}

/** The last load since the fill yielded a value that was not stored, or what it stored was no value. */
function refusalOf(
  { key, records, seesEveryFill, reloaded }: AbsentKey,
  removals: readonly RecordedRemoval[],
  since: number,
): Absence | undefined {
  const entry = records.journal.find(
    ({ kind, subject, at }) =>
      (kind === 'refused_fill' || kind === 'unreadable') && subject === key && at >= since,
  );
  if (entry === undefined) return undefined;
  const { at } = entry;
  return {
    cause: entry.kind === 'unreadable' ? 'unreadable' : 'refused_fill',
    certainty: seesEveryFill || reloaded === false ? 'proved' : 'likely',
    at,
    removal: removals.findLast((removal) => removal.at <= at),
  };
}
