import { CacheUnavailableError } from '../cache-errors.js';
import type { CacheLog } from '../cache-log.js';
import type { Clock } from '../clock.js';
import type { CacheStore } from '../store/cache-store.js';
import type { CursorStore } from '../store/cursor-store.js';
import { applyStale } from './apply-stale.js';
import type { Cover } from './cover.js';
import type { InvalidationLog, LogReading } from './invalidation-log.js';
import { Nap } from './nap.js';
import type { Validity } from './validity.js';

/** What a relay works with. */
export interface RelayParts {
  readonly store: CacheStore;
  readonly cursors: CursorStore;
  readonly log: InvalidationLog;
  readonly validity: Validity;
  readonly cover: Cover;
  readonly clock: Clock;
  readonly cacheLog: CacheLog;
  /** Milliseconds between turns while nothing is appended. */
  readonly turnEveryMs: number;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** Leading: applies the log. Following: another relay does. Away: cannot at present. */
export type RelayState = 'leading' | 'following' | 'away';

/** What a relay has done so far. */
export interface RelayFigures {
  readonly state: RelayState;
  /** Entries of the log applied by this relay. */
  readonly events: number;
  /** Age of the oldest entry of the last batch when it was read; `null` before the first. */
  readonly eventLagMs: number | null;
  /** Times that it removed everything, because the log did not know the store's cursor. */
  readonly clears: number;
}

/** Appends that come in a burst share a turn, in milliseconds. */
const SHORTEST_PAUSE_MS = 5;
/** Between two tries to lead, before jitter. */
const FOLLOW_MS = 125;
const RETRY_MS = 100;

/**
 * Applies the log to the store, turn by turn: reads the cursor from the store, reads from the log
 * what became visible since, removes what that made stale, and moves the cursor if nobody else did
 * — all on one connection. It applies everything, also what a writer says it removed itself. A
 * crash between any two steps repeats removals, which is harmless, and skips none.
 *
 * Every process runs one; those that do not lead try to every ≈ 125 ms. Whether requests use the
 * store at present does not matter: a store that is too slow for them has to be kept fresh for when
 * it is not, and a writer may wait for the cursor.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #nap: Nap;
  #state: RelayState = 'away';
  #events = 0;
  #eventLagMs: number | null = null;
  #clears = 0;
  #complained = false;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#nap = new Nap(parts.clock);
  }

  get figures(): RelayFigures {
    const [state, events] = [this.#state, this.#events];
    return { state, events, eventLagMs: this.#eventLagMs, clears: this.#clears };
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something was appended. Who does not lead leaves it to who does. */
  wake(): void {
    if (this.#state === 'leading') this.#nap.end(SHORTEST_PAUSE_MS);
  }

  /** Ends the turn that is under way and gives the lead back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#nap.end(0);
    await this.#running;
    if (this.#state !== 'leading') return;
    // Without an answer the lead simply runs out.
    await this.#parts.cursors.resign().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const pauseMs = await this.#turn();
      if (!this.#stopped) await this.#nap.take(pauseMs);
    }
  }

  /** Returns how long to pause after it, in milliseconds. */
  async #turn(): Promise<number> {
    const { store, cursors, clock, validity, cover, turnEveryMs, random } = this.#parts;
    try {
      const sentAt = clock.now();
      const turn = await cursors.beginTurn();
      if (turn === undefined) {
        this.#state = 'following';
        return FOLLOW_MS * (0.8 + 0.4 * random());
      }
      this.#state = 'leading';
      const reading = await this.#read(turn.cursor);
      if (reading === undefined) return this.#away();
      if (reading.stale === 'everything') this.#noteClear(turn.cursor);
      // A process that does not confirm must not hold up the proof for all; a writer who relies on
      // this turn instead of a removal of his own gives it the time.
      const removals = store.unconfirmed ?? store;
      await applyStale(removals, reading.stale, () => cursors.beginTurn());
      const end = await cursors.endTurn(turn, reading.cursor);
      this.#content();
      if (end === 'lost') return SHORTEST_PAUSE_MS + RETRY_MS * random();
      this.#events += reading.entries;
      this.#eventLagMs = reading.oldestMs ?? this.#eventLagMs;
      cover.note(reading.cursor);
      if (end === 'late') return SHORTEST_PAUSE_MS;
      validity.prove(sentAt, turn.generation);
      return Math.max(SHORTEST_PAUSE_MS, turnEveryMs - (clock.now() - sentAt));
    } catch (error) {
      // Anything but an outage is a bug, which must not end the process that it is found in.
      if (!(error instanceof CacheUnavailableError)) this.#complain('failed', error);
      return this.#away();
    }
  }

  #away(): number {
    this.#state = 'away';
    return RETRY_MS;
  }

  /** `undefined` when the log cannot be read. */
  async #read(cursor: string | undefined): Promise<LogReading | undefined> {
    try {
      return await this.#parts.log.read(cursor);
    } catch (error) {
      this.#complain('cannot read the log', error);
      return undefined;
    }
  }

  /** One line an episode: the next one comes after a turn that ended well. */
  #complain(what: string, error: unknown): void {
    if (!this.#complained && !this.#stopped) {
      this.#parts.cacheLog.warn(`Cache: the relay ${what} (${nameOf(error)}).`);
    }
    this.#complained = true;
  }

  #content(): void {
    if (this.#complained) this.#parts.cacheLog.notice('Cache: the relay works again.');
    this.#complained = false;
  }

  #noteClear(cursor: string | undefined): void {
    this.#clears++;
    if (cursor === undefined) return;
    this.#parts.cacheLog.warn(
      'Cache: the log does not know how far it was applied (another or a restarted database, or too long ago); everything is removed.',
    );
  }
}

/** A code where there is one, never a message: it may tell addresses. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
