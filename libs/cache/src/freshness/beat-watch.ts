import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type { CursorStore, Sighting } from '../store/cursor-store.js';
import type { Cover } from './cover.js';
import type { InvalidationLog } from './invalidation-log.js';
import { Nap } from './nap.js';
import type { Validity } from './validity.js';

/** What a watch works with. */
export interface WatchParts {
  readonly cursors: CursorStore;
  readonly log: InvalidationLog;
  readonly validity: Validity;
  readonly cover: Cover;
  readonly clock: Clock;
  /** After every look, successful or not. */
  readonly looked: () => void;
}

const LOOK_MS = 100;
/**
 * The third beat that is seen after a position was learnt was given by a turn that began after it.
 * When that one does not cover it either, it is another database's, and is asked for anew.
 */
const BEATS_TO_COVER = 3;

/** Since when the server that a connection leads to has been primary, at the latest. */
interface Office {
  readonly since: number;
  readonly generation: number;
}

interface Look {
  readonly sentAt: number;
  readonly beat: string | undefined;
  readonly generation: number;
}

/** The log's end at a moment after the connection was made. */
interface Required {
  readonly position: string;
  readonly generation: number;
}

/**
 * Watches the beat, whoever gives it. A beat that the look before did not see was written after
 * that look was sent, so what it proves is no older than that by more than the longest turn. (The
 * time of the look that sees it proves nothing: a process that slept in between finds a beat that
 * was written long ago.)
 *
 * On a new connection the server may be another one, or a restored one: nothing counts until a
 * beat covers the log's end as it was after connecting.
 */
export class BeatWatch {
  readonly #parts: WatchParts;
  readonly #nap: Nap;
  #last: Look | undefined;
  #required: Required | undefined;
  #office: Office | undefined;
  #asking = false;
  #uncovered = 0;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#nap = new Nap(parts.clock);
  }

  /**
   * Since when, at the latest, the server at the other end has been the one that takes writes, on
   * the clock; `Infinity` when this connection has not told yet.
   */
  get primarySince(): number {
    const office = this.#office;
    return office?.generation === this.#parts.cursors.generation ? office.since : Infinity;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#nap.end(0);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#look();
      this.#parts.looked();
      if (!this.#stopped) await this.#nap.take(LOOK_MS);
    }
  }

  async #look(): Promise<void> {
    const { cursors, clock, cover } = this.#parts;
    const sentAt = clock.now();
    try {
      const seen = await cursors.look();
      cover.note(seen.cursor);
      const { generation, primaryForMs } = seen;
      this.#office = { generation, since: clock.now() - primaryForMs };
      this.#compare(seen, sentAt);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
    }
  }

  #compare(seen: Sighting, sentAt: number): void {
    const { beat, generation } = seen;
    const before = this.#last;
    this.#last = { sentAt, beat, generation };
    if (this.#required?.generation !== generation) this.#require(generation);
    if (before?.generation !== generation || beat === undefined || beat === before.beat) return;
    if (!this.#covered(seen)) return;
    const { validity, cursors } = this.#parts;
    validity.prove(before.sentAt - cursors.longestTurnMs, generation);
  }

  #covered({ cursor, generation }: Sighting): boolean {
    const required = this.#required;
    if (required?.generation !== generation || cursor === undefined) return false;
    if (this.#parts.log.covers(cursor, required.position)) return true;
    if (++this.#uncovered >= BEATS_TO_COVER) this.#require(generation);
    return false;
  }

  #require(generation: number): void {
    if (this.#asking) return;
    this.#asking = true;
    const settled = (position?: string): void => {
      this.#asking = false;
      if (position === undefined) return;
      this.#required = { position, generation };
      this.#uncovered = 0;
    };
    // A log that cannot be read is the relay's to report; the next look or beat asks again.
    this.#parts.log.now().then(settled, () => settled());
  }
}
