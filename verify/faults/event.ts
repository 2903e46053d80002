import type { HistoryRecord } from '../support/history.js';

/**
 * What a history of this harness records, in the records of the coherence harness. A row is a
 * usuario, a version the number of writes that made the state; version 0 was there before.
 */
export const EVENT = {
  /** A read that was answered. detail: see `readDetail`. */
  read: 1,
  /** A write that was acknowledged at `end`. */
  acknowledged: 2,
  /**
   * A write whose answer was lost or was an error. At `end` it was known what became of it; detail:
   * 1 when it was committed all the same.
   */
  lost: 3,
  /**
   * The database was put back: between `begin` and `end` it came up again, and from `end` on the row
   * is at `version`, or is gone (-1).
   */
  restored: 4,
} as const;

export function readDetail(process: number, hit: boolean): number {
  return 2 * process + (hit ? 1 : 0);
}

export const processOf = ({ detail }: HistoryRecord): number => Math.floor(detail / 2);
export const wasHit = ({ detail }: HistoryRecord): boolean => detail % 2 === 1;
