import { hasSubscribers } from 'node:diagnostics_channel';
import { unlessUnavailable } from '../cache-errors.js';
import type { CacheModuleOptions } from '../cache-options.js';
import type { CacheEngine } from '../engine/cache-engine.js';
import type { FleetEntry, FleetView } from '../observe/fleet.js';
import { readFleet, readJournal } from '../observe/fleet.js';
import type { CacheStore } from '../store/cache-store.js';
import type { Check } from './check.js';
import { CACHE_CHECKS } from './checks.js';
import type { DoctorSettings, DoctorThresholds, Examination, Look } from './examination.js';
import { byServer } from './examination.js';
import type { Finding } from './finding.js';
import { findingsOf, findingsOfAll, withoutConsequences } from './finding.js';
import type { WatchNote } from './looks.js';
import { comparable, lookOf, parseNote, withLook } from './looks.js';

/** Options of a doctor. */
export interface DoctorOptions {
  /** The options that the cache was made with. Default: those that every cache has. */
  readonly cache?: Pick<CacheModuleOptions, 'deadlineMs' | 'compression' | 'local'>;
  /** Beyond what it warns. Default: a hit rate of 0.6, 200 MB, 10,000 keys. */
  readonly warn?: Partial<DoctorThresholds>;
}

/** What the doctor has seen, and what it thinks of it. */
export interface Diagnosis {
  readonly examination: Examination;
  readonly findings: readonly Finding[];
  /** What the watch has noted; `undefined` before its first look, and where the store has dropped it. */
  readonly note: WatchNote | undefined;
}

/** More checks, of an application: what it examines, and how it is judged. */
export interface MoreChecks<Facts> {
  readonly checks: readonly Check<Facts>[];
  readonly facts: Facts;
}

type Examined = Pick<CacheEngine, 'store' | 'prefix' | 'freshness'>;

const FIVE_MINUTES = 300_000;
/** Own looks are kept so far apart, in milliseconds, however often the doctor is asked. */
const BETWEEN_LOOKS_MS = 30_000;
/** Largest values whose present size is looked at. */
const LARGEST = 20;
/** Entries of the journal in which outages are looked for. */
const ENTRIES = 500;
/** Where node-redis publishes the commands that it sends. */
const TRACED = ['command', 'batch'].flatMap((kind) =>
  ['start', 'end', 'asyncStart', 'asyncEnd'].map((event) => `tracing:node-redis:${kind}:${event}`),
);

/**
 * Says what is wrong with a cache, its server and the processes that use it, from facts that all of
 * them report. It changes nothing but a name of its own, which ends after a second.
 */
export class Doctor {
  readonly #settings: DoctorSettings;
  /** This process's own, because a server that is short of memory may drop those of the watch. */
  #looks: readonly Look[] = [];

  constructor(
    private readonly cache: Examined,
    { cache: { deadlineMs = 50, compression, local } = {}, warn = {} }: DoctorOptions = {},
  ) {
    const given = compression === 'off' ? undefined : (compression?.threshold ?? 16_384);
    const { hitRate = 0.6, memoryMb = 200, keys = 10_000 } = warn;
    this.#settings = {
      deadlineMs,
      compressFrom: given,
      local: local !== undefined,
      prefix: cache.prefix,
      warn: { hitRate, memoryMb, keys },
    };
  }

  /**
   * Examines the cache and judges what it has seen. Never throws because of the store, which is a
   * finding.
   *
   * Cost: at most 11 store calls, and on a Cluster 9 for each further master.
   * @param more further checks, whose findings explain those of the cache and are explained by them
   */
  async diagnose<Facts>(more?: (x: Examination) => MoreChecks<Facts>): Promise<Diagnosis> {
    const { examination, note } = await this.#examine();
    const { checks: others, facts } = more?.(examination) ?? { checks: [], facts: undefined };
    const findings = [
      ...findingsOfAll(CACHE_CHECKS, byServer(examination)),
      ...(facts === undefined ? [] : findingsOf(others, facts)),
    ];
    const checks = [...CACHE_CHECKS, ...others];
    return { examination, findings: withoutConsequences(findings, checks), note };
  }

  async #examine(): Promise<Pick<Diagnosis, 'examination' | 'note'>> {
    const { store, freshness } = this.cache;
    const { server: asked, kind } = store;
    const fleet = await unlessUnavailable(this.#fleet(store));
    const largest = (fleet?.processes ?? [])
      .flatMap(({ large }) => large)
      .sort(([, a], [, b]) => b - a);
    const keys = [...new Set(largest.map(([key]) => key))].slice(0, LARGEST);
    const masters = await Promise.all(
      (asked?.masters?.() ?? []).map(async ({ node, place, outage, examine }) => ({
        ...{ node, place, outage },
        server: await unlessUnavailable(examine(keys)),
      })),
    );
    const server = masters[0]?.server ?? (await unlessUnavailable(asked?.examine(keys)));
    const turn = server && (await unlessUnavailable(asked?.watch('', 0)));
    const note = parseNote(turn?.note);
    const at = Date.now();
    const examination: Examination = {
      at,
      store: kind,
      settings: this.#settings,
      place: asked?.place,
      outage: asked?.outage,
      server,
      masters,
      statistics: asked === undefined ? await unlessUnavailable(store.statistics()) : undefined,
      fleet: fleet !== undefined && fleet.processes.length > 0 ? fleet : undefined,
      longestOutageMs: longestOutage(await unlessUnavailable(this.#journal(store))),
      freshness,
      ...comparable([...(note?.looks ?? []), ...this.#looks], at),
      traced: TRACED.some((channel) => hasSubscribers(channel)),
    };
    const since = this.#looks.at(-1)?.at ?? -Infinity;
    if (at - since >= BETWEEN_LOOKS_MS) this.#looks = withLook(this.#looks, lookOf(examination));
    return { examination, note };
  }

  async #journal({ board }: CacheStore): Promise<readonly FleetEntry[] | undefined> {
    return board === undefined ? undefined : readJournal(board, undefined, ENTRIES);
  }

  async #fleet({ board }: CacheStore): Promise<FleetView | undefined> {
    if (board === undefined) return undefined;
    const to = Date.now() + FIVE_MINUTES;
    return readFleet(board, { step: '10s', from: to - 2 * FIVE_MINUTES, to });
  }
}

/** From when a process found the store unavailable until it used it again. */
function longestOutage(entries: readonly FleetEntry[] | undefined): number | undefined {
  if (entries === undefined) return undefined;
  const begun = new Map<string, number>();
  let longest = 0;
  for (const { kind, process, what, at } of entries.toReversed()) {
    if (kind !== 'store') continue;
    const since = begun.get(process);
    if (what !== 'closed') begun.set(process, since ?? at);
    else if (since !== undefined) {
      longest = Math.max(longest, at - since);
      begun.delete(process);
    }
  }
  return longest;
}
