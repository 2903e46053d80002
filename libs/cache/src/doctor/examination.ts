import type { FleetView, Totals } from '../observe/fleet.js';
import { countersOf } from '../observe/fleet.js';
import type { Counts } from '../observe/miss-shares.js';
import type { Snapshot } from '../observe/snapshot.js';
import type { Counter } from '../observe/tally.js';
import type { FreshnessFigures } from '../outbox/freshness.js';
import type { StoreStatistics } from '../store/cache-store.js';
import type { ServerFacts, ServerPlace, StoreMaster } from '../store/store-server.js';
import type { Reason, Verdict } from './check.js';

/** Beyond these the doctor warns. */
export interface DoctorThresholds {
  /** Hits of all reads, from 0 to 1. Default 0.6. */
  readonly hitRate: number;
  /** Megabytes that the server uses. Default 200. */
  readonly memoryMb: number;
  /** Keys of the cache. Default 10,000. */
  readonly keys: number;
}

/** What the doctor has to know of a cache's options. */
export interface DoctorSettings {
  readonly deadlineMs: number;
  /** Bytes from which values are compressed; `undefined` where none are. */
  readonly compressFrom: number | undefined;
  /** Whether processes keep local copies. */
  readonly local: boolean;
  readonly prefix: string;
  readonly warn: DoctorThresholds;
}

/** What later looks are compared with. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Counters of the server since its start; `undefined` where it does not say. */
  readonly evicted?: number | undefined;
  readonly refused?: number | undefined;
  /** The same of each master of a Cluster, by where it listens. */
  readonly masters?: Readonly<Record<string, Pick<Look, 'evicted' | 'refused'>>> | undefined;
  /** Counters that history does not keep, of the most used namespaces. */
  readonly counts: Readonly<Record<string, Readonly<Partial<Record<Counter, number>>>>>;
}

/** What was seen of one master of a Cluster. */
export interface MasterExamination extends Pick<StoreMaster, 'node' | 'place' | 'outage'> {
  /** `undefined` without an answer. */
  readonly server: ServerFacts | undefined;
}

/** The facts that the checks of a cache look at. `undefined` is unknown, never none. */
export interface Examination {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly store: 'redis' | 'memory';
  readonly settings: DoctorSettings;
  /** `undefined` for a store without a server. */
  readonly place: ServerPlace | undefined;
  /** Why the server is not used; `undefined` while it is. */
  readonly outage: string | undefined;
  /** `undefined` without an answer. */
  readonly server: ServerFacts | undefined;
  /** Of a Cluster, whose first master the facts above are of; empty for other stores. */
  readonly masters: readonly MasterExamination[];
  /** Of the in-process store. */
  readonly statistics: StoreStatistics | undefined;
  /** All processes, with the slots of the last five minutes; `undefined` where none is known. */
  readonly fleet: FleetView | undefined;
  /** The longest that the store was not used, by the journal, in milliseconds. */
  readonly longestOutageMs: number | undefined;
  /** Of this process; `null` without a log. */
  readonly freshness: FreshnessFigures | null;
  /** What the watch saw a minute ago, and about five minutes ago. */
  readonly last: Look | undefined;
  readonly earlier: Look | undefined;
  /** Whether anything receives the commands of the Redis client, values included. */
  readonly traced: boolean;
}

/** One examination for each server: on a Cluster for each master. */
export function byServer(x: Examination): readonly (Examination & { readonly node?: string })[] {
  if (x.masters.length === 0) return [x];
  return x.masters.map((master) => {
    const own = (look: Look | undefined): Look | undefined =>
      look && { ...look, evicted: undefined, refused: undefined, ...look.masters?.[master.node] };
    return { ...x, ...master, last: own(x.last), earlier: own(x.earlier) };
  });
}

/** Reads below which a ratio says little. */
export const FEW_READS = 100;
const MEGABYTE = 1024 * 1024;

/** Bytes in megabytes, with one decimal. */
export const megabytes = (bytes: number): number => Math.round((bytes / MEGABYTE) * 10) / 10;

/** A share as a percentage, with one decimal. */
export const percent = (share: number): number => Math.round(share * 1_000) / 10;

/** What a check says of a server that answers; the reason where there is none. */
export function ofServer<V extends string>(
  x: Examination,
  look: (server: ServerFacts) => Verdict<V> | Reason,
): Verdict<V> | Reason {
  if (x.place === undefined) return 'in_process';
  return x.server === undefined ? 'unreachable' : look(x.server);
}

/** As `ofServer`, where the user may ask for `INFO`. */
export function ofInfo<V extends string>(
  x: Examination,
  look: (field: (name: string) => string, server: ServerFacts) => Verdict<V> | Reason,
): Verdict<V> | Reason {
  return ofServer(x, (server) => {
    const { info } = server;
    return info === undefined ? 'hidden' : look((name) => info.get(name) ?? '', server);
  });
}

/** The server's memory and its limit, in bytes, and what it does at the limit. */
export interface MemoryOfServer {
  readonly used: number;
  readonly limit: number;
  readonly policy: string;
}

/** As `ofInfo`, of the server's memory. */
export function ofMemory<V extends string>(
  x: Examination,
  look: (memory: MemoryOfServer, server: ServerFacts) => Verdict<V> | Reason,
): Verdict<V> | Reason {
  return ofInfo(x, (field, server) => {
    if (field('maxmemory') === '' || field('used_memory') === '') return 'hidden';
    const [used, limit] = [Number(field('used_memory')), Number(field('maxmemory'))];
    return look({ used, limit, policy: field('maxmemory_policy') }, server);
  });
}

/** What all processes counted in the last five minutes, by namespace. */
export function recentCounts({ fleet }: Examination): Map<string, Counts> {
  const slots = fleet?.history[0] ?? [];
  const names = new Set(slots.flatMap(({ counts }) => [...counts.keys()]));
  const counts = [...names].map((name): [string, Counts] => {
    const counters = countersOf(slots, name);
    return [name, (counter) => counters.get(counter) ?? 0];
  });
  return new Map(counts);
}

/**
 * What all processes counted since about five minutes ago, of the counters that history does not
 * keep; before the first look since the counting began.
 */
export function countsSince({ fleet, earlier }: Examination, namespace: string): Counts {
  const now = fleet?.totals.get(namespace);
  const then = earlier?.counts[namespace] ?? {};
  return (counter) => Math.max(0, (now?.get(counter) ?? 0) - (then[counter] ?? 0));
}

/** The live processes; none is known without the store. */
export const processesOf = ({ fleet }: Examination): readonly Snapshot[] => fleet?.processes ?? [];

/** The namespaces of some totals. */
export const namesIn = (totals: Totals | undefined): string[] => [...(totals?.keys() ?? [])];
