import type { Totals } from '../observe/fleet.js';
import type { Counter } from '../observe/tally.js';
import type { CacheStore } from '../store/cache-store.js';
import type { ServerFacts } from '../store/store-server.js';
import type { Examination, Look } from './examination.js';
import type { FindingCounts } from './finding.js';

/** A finding that lasts. */
export interface Episode {
  readonly since: number;
  readonly severity: 'fail' | 'warn';
}

/** What the watch keeps from one look to the next, and hands to the process that goes on. */
export interface WatchNote {
  readonly looks: readonly Look[];
  readonly episodes: Readonly<Record<string, Episode>>;
  readonly findings: FindingCounts;
}

/** Looks that are kept: those of five minutes, and one before. */
const LOOKS = 6;
const FIVE_MINUTES = 300_000;
/** An older look says nothing about the present. */
const OLDEST_MS = 2 * FIVE_MINUTES;
const NAMESPACES = 16;
const NOTED: readonly Counter[] = [
  ...(['cause_first', 'cause_expired', 'cause_invalidated', 'cause_evicted'] as const),
  ...(['cause_unreadable', 'cause_unknown', 'expired_ttl_ms'] as const),
  ...(['put_fill', 'put_refresh', 'put_set', 'stored_bytes', 'saved_bytes'] as const),
];

/** What a look leaves for later ones. */
export function lookOf({ at, server, statistics, fleet, masters }: Examination): Look {
  const { evicted, refused } = countersOf(server);
  return {
    at,
    evicted: statistics?.evictions ?? evicted,
    refused,
    ...(masters.length === 0
      ? {}
      : {
          masters: Object.fromEntries(masters.map((each) => [each.node, countersOf(each.server)])),
        }),
    counts: notedOf(fleet?.totals),
  };
}

function countersOf(server: ServerFacts | undefined): Pick<Look, 'evicted' | 'refused'> {
  const info = server?.info;
  return { evicted: numberIn(info?.get('evicted_keys')), refused: refusedIn(info) };
}

/** The server's count of writes that it refused because it was full. */
export function refusedIn(info: ReadonlyMap<string, string> | undefined): number | undefined {
  if (info === undefined) return undefined;
  return numberIn(/\d+/.exec(info.get('errorstat_OOM') ?? '0')?.[0]);
}

/** The looks with one more, without those that are too many. */
export const withLook = (looks: readonly Look[], look: Look): readonly Look[] =>
  [...looks, look].slice(-LOOKS);

/** The last look, and the one that is nearest to five minutes old; `undefined` without any. */
export function comparable(
  looks: readonly Look[],
  now: number,
): { readonly last: Look | undefined; readonly earlier: Look | undefined } {
  const recent = looks
    .filter(({ at }) => at <= now && now - at < OLDEST_MS)
    .sort((a, b) => a.at - b.at);
  const distance = ({ at }: Look): number => Math.abs(now - at - FIVE_MINUTES);
  const [earlier] = [...recent].sort((a, b) => distance(a) - distance(b));
  return { last: recent.at(-1), earlier };
}

/** By how much a counter of the server rose since a look; it begins anew when the server does. */
export function risen(now: number | undefined, then: number | undefined): number | undefined {
  if (now === undefined || then === undefined) return undefined;
  return now < then ? now : now - then;
}

/** Before the first look. */
export const NO_NOTE: WatchNote = {
  looks: [],
  episodes: {},
  findings: { fail: 0, warn: 0, info: 0 },
};

/** The note in a text; `undefined` for anything that is none, such as another version's. */
export function parseNote(text: string | undefined): WatchNote | undefined {
  if (text === undefined) return undefined;
  try {
    const given = JSON.parse(text) as Partial<WatchNote>; // its parts are looked at here
    const { looks, episodes, findings } = given;
    const whole = Array.isArray(looks) && isObject(episodes) && isObject(findings);
    return whole ? (given as WatchNote) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How many findings the last look of the watch had; `undefined` before the first look, and where the
 * store has no server.
 *
 * Cost: one script.
 * @throws CacheUnavailableError
 */
export async function lastFindings({
  server,
}: Pick<CacheStore, 'server'>): Promise<FindingCounts | undefined> {
  const turn = await server?.watch('', 0);
  return parseNote(turn?.note)?.findings;
}

const isObject = (part: unknown): boolean => typeof part === 'object' && part !== null;

function notedOf(totals: Totals | undefined): Look['counts'] {
  const named = [...(totals ?? [])].sort(([, a], [, b]) => usesOf(b) - usesOf(a));
  return Object.fromEntries(
    named.slice(0, NAMESPACES).map(([namespace, counts]) => {
      const noted = NOTED.map((counter) => [counter, counts.get(counter) ?? 0] as const);
      return [namespace, Object.fromEntries(noted.filter(([, count]) => count > 0))];
    }),
  );
}

const usesOf = (counts: ReadonlyMap<string, number>): number =>
  (counts.get('hit') ?? 0) + (counts.get('miss') ?? 0);

function numberIn(text: string | undefined): number | undefined {
  return text === undefined || text === '' || !Number.isFinite(Number(text))
    ? undefined
    : Number(text);
}
