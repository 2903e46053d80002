import { Glob, type FleetEntry } from '@gad/cache/store';

/** An event of the log, as far as it explains something. */
export interface RecordedEvent {
  readonly id: number;
  /** The transaction that appended it. */
  readonly xid: string;
  readonly name: string;
  /** What it made stale. */
  readonly patterns: readonly string[];
  readonly at: Date;
  readonly usuarioId: number | null;
  readonly requestId: string | null;
}

/** An action in the audit that removed keys. */
export interface RecordedAction {
  readonly action: string;
  readonly target: string | null;
  readonly at: Date;
  readonly ms: number | null;
  readonly keys: number | null;
  readonly usuarioId: number | null;
  readonly requestId: string | null;
}

/** A removal that is on record and covers the key. */
export interface RecordedRemoval {
  /** When it was confirmed, in milliseconds since 1970; of an event without more, when it was written. */
  readonly at: number;
  /** How many keys it removed in all; `undefined` if that is not known. */
  readonly count: number | undefined;
  /** Whether everything was removed. */
  readonly isClear: boolean;
  /** Whether it is certain that it covers the key: the journal has groups only of unlisted ones. */
  readonly isExact: boolean;
  /** Whether a relay made it, which knows no more of it than the log. */
  readonly isRelayed: boolean;
  readonly pattern: string | null;
  readonly by: string | null;
  readonly requestId: string | null;
  readonly event: RecordedEvent | null;
}

/** What is on record about one key. */
export interface Records {
  readonly events: readonly RecordedEvent[];
  readonly actions: readonly RecordedAction[];
  /** The newest first. */
  readonly journal: readonly FleetEntry[];
}

/** The removals on record that cover a key, the oldest first. */
export function removalsOf(key: string, records: Records): RecordedRemoval[] {
  const ofLog = ofEvents(key, records);
  const others = [...ofActions(key, records), ...ofJournal(key, records)];
  const removals = [...ofLog, ...others.map((removal) => withOrigin(removal, ofLog))];
  return removals.sort((a, b) => a.at - b.at);
}

/** The relay removes what an event made stale: the newest with that pattern. */
function withOrigin(removal: RecordedRemoval, ofLog: readonly RecordedRemoval[]): RecordedRemoval {
  if (!removal.isRelayed) return removal;
  const [event] = ofLog
    .filter(({ pattern, at }) => pattern === removal.pattern && at <= removal.at)
    .sort((a, b) => b.at - a.at);
  return event === undefined ? removal : { ...event, at: removal.at, count: removal.count };
}

/** Entries of the journal that concern a key: its own, and removals that cover it. */
export function concerning(key: string, journal: readonly FleetEntry[]): FleetEntry[] {
  return journal.filter((entry) =>
    entry.kind === 'removal' ? covers(entry.subject, key) : entry.subject === key || isLoss(entry),
  );
}

/** The store has forgotten everything. */
export const isLoss = ({ kind, what }: FleetEntry): boolean => kind === 'flush' && what === 'store';

/** What each transaction made stale; of its events the one that says who. */
function ofEvents(key: string, { events, journal }: Records): RecordedRemoval[] {
  const found = new Map<string, RecordedRemoval>();
  for (const event of events) {
    const pattern = event.patterns.find((each) => covers(each, key));
    const known = found.get(event.xid);
    if (pattern === undefined || (known !== undefined && known.by !== null)) continue;
    const who = event.usuarioId === null ? events.find(isOrigin(event)) : event;
    const entry = entryOf(event.xid, pattern, journal);
    found.set(event.xid, {
      at: entry?.at ?? event.at.getTime(),
      count: entry?.count,
      ...{ isClear: false, isExact: true, isRelayed: false, pattern },
      by: text(who?.usuarioId),
      requestId: who?.requestId ?? event.requestId,
      event: { ...event, usuarioId: who?.usuarioId ?? null },
    });
  }
  return [...found.values()];
}

/** What a trigger appends has no origin of its own, but its transaction may have one. */
const isOrigin =
  ({ xid }: RecordedEvent) =>
  (other: RecordedEvent): boolean =>
    other.xid === xid && other.usuarioId !== null;

/** The journal's entry of the removal for one pattern of a transaction. */
function entryOf(
  xid: string,
  pattern: string,
  journal: readonly FleetEntry[],
): FleetEntry | undefined {
  const own = journal.filter(({ because }) => because?.position?.endsWith(` tx:${xid}`) === true);
  const [only] = own;
  return own.find(({ subject }) => subject === pattern) ?? (own.length === 1 ? only : undefined);
}

function ofActions(key: string, { actions, journal }: Records): RecordedRemoval[] {
  return actions.flatMap(({ action, target, at, ms, keys, usuarioId, requestId }) => {
    const isClear = action === 'clear';
    const isCovered =
      isClear || (action === 'invalidate' ? target === key : covers(target ?? undefined, key));
    if (!isCovered) return [];
    const entry = journal.find(
      ({ kind, because }) => kind === 'removal' && because?.request === requestId,
    );
    return {
      at: entry?.at ?? at.getTime() + (ms ?? 0),
      count: keys ?? undefined,
      ...{ isClear, isExact: true, isRelayed: false, pattern: target },
      ...{ by: text(usuarioId), requestId, event: null },
    };
  });
}

/** What nothing else has: removals by code and by the relay, losses of the store. */
function ofJournal(key: string, { actions, events, journal }: Records): RecordedRemoval[] {
  const audited = new Set(actions.map(({ requestId }) => requestId));
  const logged = new Set(events.map(({ xid }) => xid));
  return concerning(key, journal).flatMap((entry) => {
    const { kind, cause, subject, count, because, at } = entry;
    const isLost = isLoss(entry);
    if (kind !== 'removal' && !isLost) return [];
    if (cause === 'admin' && audited.has(because?.request ?? null)) return [];
    if (logged.has(because?.position?.split(' tx:')[1] ?? '')) return [];
    return {
      ...{ at, count: isLost ? undefined : count },
      isClear: isLost || subject === '*',
      isRelayed: cause === 'relay' && subject !== '*',
      isExact: !key.startsWith('~~') || subject === key,
      pattern: subject ?? null,
      by: because?.by === undefined ? null : String(because.by),
      requestId: because?.request ?? null,
      event: null,
    };
  });
}

function covers(pattern: string | undefined, key: string): boolean {
  if (pattern === undefined) return false;
  try {
    return new Glob(pattern).matches(Buffer.from(key));
  } catch {
    // Clipped, or of another version.
    return false;
  }
}

const text = (id: number | null | undefined): string | null =>
  id === null || id === undefined ? null : String(id);
