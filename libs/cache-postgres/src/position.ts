/** A moment of one log: what a snapshot of its database saw, or that one transaction is in it. */
export interface OutboxPosition {
  /** Which log, on which incarnation of its database: see `LOG_IDENTITY`. */
  readonly log: string;
  readonly at: Snapshot | bigint;
}

/**
 * PostgreSQL's `pg_snapshot`: everything below `xmin` had ended, nothing from `xmax` on had, and of
 * those between the ones in `xip` were still running.
 */
export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  readonly xip: ReadonlySet<bigint>;
}

const SNAPSHOT = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20},)*\d{1,20})?$/;
const TRANSACTION = /^tx:(\d{1,20})$/;

/** `undefined` for a text that is no snapshot. */
export function parseSnapshot(text: string): Snapshot | undefined {
  const [, xmin, xmax, xip] = SNAPSHOT.exec(text) ?? [];
  if (xmin === undefined || xmax === undefined) return undefined;
  const running = xip === undefined ? [] : xip.split(',').map(BigInt);
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: new Set(running) };
}

export function formatPosition(log: string, snapshot: string): string {
  return `${log} ${snapshot}`;
}

export function formatTransaction(log: string, xid: string): string {
  return `${log} tx:${xid}`;
}

/** `undefined` for a text that is no position. */
export function parsePosition(text: string): OutboxPosition | undefined {
  const blank = text.indexOf(' ');
  const [log, moment] = [text.slice(0, blank), text.slice(blank + 1)];
  if (blank < 1) return undefined;
  const [, xid] = TRANSACTION.exec(moment) ?? [];
  const at = xid === undefined ? parseSnapshot(moment) : BigInt(xid);
  return at === undefined ? undefined : { log, at };
}

/** Whether `cursor` includes everything that is in `position`. */
export function covers(cursor: OutboxPosition, position: OutboxPosition): boolean {
  const { at: seen } = cursor;
  const { at: wanted } = position;
  if (cursor.log !== position.log || typeof seen === 'bigint') return false;
  if (typeof wanted === 'bigint') return wanted < seen.xmax && !seen.xip.has(wanted);
  if (wanted.xmax > seen.xmax) return false;
  // What still ran for `cursor` must not have ended for `position`.
  for (const xid of seen.xip) if (xid < wanted.xmax && !wanted.xip.has(xid)) return false;
  return true;
}
