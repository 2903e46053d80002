import { randomBytes } from 'node:crypto';
import { unlessUnavailable } from '../cache-errors.js';
import type { CacheLogger } from '../cache-log.js';
import { settleWithin, systemClock } from '../clock.js';
import type { CacheEngine } from '../engine/cache-engine.js';
import { nameOf } from '../error-name.js';
import type { WatchTurn } from '../store/store-server.js';
import type { Severity } from './check.js';
import type { Diagnosis } from './doctor.js';
import type { FindingCounts, FindingText, SettingText } from './finding.js';
import { countsOf, diagnosisInWords } from './finding.js';
import type { Episode, WatchNote } from './looks.js';
import { lookOf, NO_NOTE, withLook } from './looks.js';

/** Collaborators of a watch. */
export interface DoctorWatchParts {
  readonly cache: Pick<CacheEngine, 'store' | 'fleet'>;
  readonly diagnose: () => Promise<Diagnosis>;
  readonly logger: Pick<CacheLogger, 'notice' | 'warn'>;
  /** How an option is set. Default: as in code. */
  readonly setting?: SettingText | undefined;
}

/** Between two looks, in milliseconds. */
const EVERY_MS = 60_000;
/** A process that has not looked for so long has lost its turn. */
const TURN_MS = 90_000;
/** How long a stop waits for a look. */
const LAST_LOOK_MS = 1_000;

/**
 * Looks at the cache when it starts and once a minute, in one process for all that share the store.
 * It logs a line when an episode of a finding begins and one when it ends, writes both into the
 * journal, and keeps what later looks are compared with.
 */
export class DoctorWatch {
  readonly #id = randomBytes(6).toString('hex');
  #running: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  /** What this process noted last: a server that is short of memory may drop it. */
  #last: WatchNote | undefined;

  constructor(private readonly parts: DoctorWatchParts) {}

  /** Findings of this process's last look; `undefined` before the first. */
  get findings(): FindingCounts | undefined {
    return this.#last?.findings;
  }

  /** Begins with a look in the background. */
  start(): void {
    this.#cancel = () => undefined;
    this.#running = this.look()
      .catch((error: unknown) => {
        // The servers may be closed before a look that runs on.
        if (this.#cancel === undefined) return;
        const name = nameOf(error);
        this.parts.logger.warn(`Doctor: a look failed (${name}); the next one is in a minute.`);
      })
      .finally(() => {
        if (this.#cancel === undefined) return;
        const { clock = systemClock } = this.parts.cache.store;
        this.#cancel = clock.after(EVERY_MS, () => this.start());
      });
  }

  /**
   * Gives the turn back, after a look that runs, unless that takes longer than a second. Never throws
   * because of the store.
   */
  async stop(): Promise<void> {
    const { store } = this.parts.cache;
    this.#cancel?.();
    this.#cancel = undefined;
    await settleWithin(store.clock ?? systemClock, this.#running, LAST_LOOK_MS, () => undefined);
    if (store.connected) await this.#turn(0);
  }

  /** Looks at the cache if it is this process's turn. Never throws because of the store. */
  async look(): Promise<void> {
    const turn = await this.#turn(TURN_MS);
    if (turn?.held !== true) return;
    const diagnosis = await this.parts.diagnose();
    const { examination, findings } = diagnosis;
    const note = diagnosis.note ?? this.#last ?? NO_NOTE;
    const texts = diagnosisInWords(diagnosis, 'en', this.parts.setting);
    const episodes = this.#episodes(note.episodes, texts, examination.at);
    const next: WatchNote = {
      looks: withLook(note.looks, lookOf(examination)),
      episodes,
      findings: countsOf(findings),
    };
    this.#last = next;
    await this.#turn(TURN_MS, JSON.stringify(next));
  }

  #turn(ms: number, note?: string): Promise<WatchTurn | undefined> {
    const { server } = this.parts.cache.store;
    // No other process uses such a store.
    if (server === undefined) return Promise.resolve({ held: true, note: undefined });
    // The connection logs that the store is unavailable, and the next look tries again.
    return unlessUnavailable(server.watch(this.#id, ms, note));
  }

  #episodes(
    before: WatchNote['episodes'],
    findings: readonly FindingText[],
    at: number,
  ): WatchNote['episodes'] {
    const { logger } = this.parts;
    const episodes: Record<string, Episode> = {};
    for (const { id, severity, seen, fix } of findings) {
      const last = before[id];
      const isBad = severity === 'fail' || severity === 'warn';
      // What cannot be judged at present has not ended.
      if (isBad || (last !== undefined && severity === 'n/a')) {
        episodes[id] = {
          since: last?.since ?? at,
          severity: isBad ? severity : (last?.severity ?? 'warn'),
        };
      }
      if (isBad && last === undefined) {
        const cure = fix === null ? '' : ` Fix: ${fix}`;
        logger.warn(`Doctor: ${id} (${severity}): ${seen}${cure}`);
        this.#journal(at, id, severity);
      } else if (last !== undefined && episodes[id] === undefined) {
        const seconds = Math.round((at - last.since) / 1_000);
        logger.notice(`Doctor: ${id} has passed after ${seconds} s.`);
        this.#journal(at, id, 'pass');
      }
    }
    return episodes;
  }

  #journal(at: number, subject: string, what: Severity): void {
    this.parts.cache.fleet?.note({ at, kind: 'doctor', subject, what });
  }
}
