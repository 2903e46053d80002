import { lowerBound } from '../support/order-statistics.js';
import type { HistoryRecord } from '../support/history.js';
import { EVENT, processOf } from './event.js';

/**
 * - `stale`: older than the last state that was acknowledged before the read began;
 * - `unhealed`: older than a state whose answer was lost, though its commit has been known for
 *   longer than a lost invalidation may take to be made good;
 * - `ghost`: a state that did not exist when the read ended: never written, rolled back, or gone
 *   since the database was put back.
 */
export type ViolationKind = 'stale' | 'unhealed' | 'ghost';

export interface Violation {
  readonly kind: ViolationKind;
  readonly row: number;
  readonly version: number;
  /** The version that it had to show at least, for a ghost at most. */
  readonly bound: number;
  /** Microseconds, as in the history. */
  readonly begin: number;
  /** For how long the state had been wrong when the read began, in milliseconds. */
  readonly ageMs: number;
  readonly process: number;
}

export interface JudgeOptions {
  /** How long a committed write whose answer was lost may stay unseen, in milliseconds. */
  readonly healMs: number;
}

/** A row's truth between two restores of the database. */
interface Epoch {
  /** When the database may have begun to say so, and from when on it certainly did. */
  readonly possibleFrom: number;
  readonly start: number;
  readonly base: number;
  /** Version and when it was acknowledged. */
  readonly acknowledged: Floor;
  /** Version and when it had to be healed. */
  readonly healed: Floor;
  /** Version and when its write began: from then on it may be seen. */
  readonly written: Floor;
}

/** Versions that hold from a time on; `at` ascends. */
interface Floor {
  readonly at: number[];
  readonly version: number[];
}

/**
 * Judges one history. Knows nothing of caches: it compares the state that a read returned with what
 * was acknowledged before the read began, and with what could exist by its end.
 *
 * @throws Error when the history itself makes no sense, as then its verdict would mean nothing
 */
export function judge(records: readonly HistoryRecord[], { healMs }: JudgeOptions): Violation[] {
  const rows = new Map<number, Epoch[]>();
  const writes = records.filter(({ kind }) => kind !== EVENT.read);
  for (const record of writes.sort((a, b) => a.end - b.end)) {
    const epochs = rows.get(record.row) ?? [newEpoch(-Infinity, -Infinity, 0)];
    rows.set(record.row, epochs);
    if (record.kind === EVENT.restored)
      epochs.push(newEpoch(record.begin, record.end, record.version));
    else addWrite(last(epochs), record, healMs * 1_000);
  }
  return records.flatMap((record) => {
    if (record.kind !== EVENT.read) return [];
    const epochs = rows.get(record.row) ?? [newEpoch(-Infinity, -Infinity, 0)];
    return judgeRead(epochs, record) ?? [];
  });
}

function newEpoch(possibleFrom: number, start: number, base: number): Epoch {
  const floor = (): Floor => ({ at: [], version: [] });
  return { possibleFrom, start, base, acknowledged: floor(), healed: floor(), written: floor() };
}

function addWrite(epoch: Epoch, write: HistoryRecord, healUs: number): void {
  const { row, version, begin, end, kind, detail } = write;
  const known = epoch.written.version.at(-1) ?? epoch.base;
  if (version !== known + 1) {
    throw new Error(`row ${row} goes from version ${known} to ${version}: it has one writer`);
  }
  // It was never seen and never will be: the next attempt makes the same version.
  if (kind === EVENT.lost && detail === 0) return;
  epoch.written.at.push(begin);
  epoch.written.version.push(version);
  const [floor, at] =
    kind === EVENT.lost ? [epoch.healed, end + healUs] : [epoch.acknowledged, end];
  floor.at.push(at);
  floor.version.push(version);
}

/** A read that the restore of the database falls into may show what was before or what is now. */
function judgeRead(epochs: readonly Epoch[], read: HistoryRecord): Violation | undefined {
  const first = epochs.findLastIndex(({ start }) => start <= read.begin);
  const current = epochs.filter(
    ({ possibleFrom }, at) => at === first || (at > first && possibleFrom <= read.end),
  );
  const found = current.map((epoch) => violation(epoch, read));
  return found.includes(undefined) ? undefined : found.at(-1);
}

function violation(epoch: Epoch, read: HistoryRecord): Violation | undefined {
  const { row, version, begin, end } = read;
  const about = { row, version, begin, process: processOf(read) };
  const newest = holding(epoch.written, end) ?? epoch.base;
  if (version > newest) {
    const ageMs = Number.isFinite(epoch.start) ? (begin - epoch.start) / 1_000 : 0;
    return { kind: 'ghost', bound: newest, ageMs, ...about };
  }
  const acknowledged = holding(epoch.acknowledged, begin) ?? epoch.base;
  const healed = holding(epoch.healed, begin) ?? epoch.base;
  const bound = Math.max(acknowledged, healed);
  if (version >= bound) return undefined;
  // Since the first state after it that had to be seen.
  const since = Math.min(
    successorAt(epoch.acknowledged, version),
    successorAt(epoch.healed, version),
  );
  const ageMs = (begin - Math.max(since, epoch.start)) / 1_000;
  return { kind: version < acknowledged ? 'stale' : 'unhealed', bound, ageMs, ...about };
}

/** The version that holds at a time; undefined before the first. */
function holding({ at, version }: Floor, time: number): number | undefined {
  return version[lowerBound(at, time) - 1];
}

/** When the first version above this one began to hold. */
function successorAt({ at, version }: Floor, above: number): number {
  return at[lowerBound(version, above + 1)] ?? Infinity;
}

function last(epochs: readonly Epoch[]): Epoch {
  const epoch = epochs.at(-1);
  if (epoch === undefined) throw new Error('a row without an epoch');
  return epoch;
}
