import { CacheUnavailableError } from '../../cache-errors.js';
import type { CacheLogger } from '../../cache-log.js';
import type { Clock } from '../../clock.js';
import type { Recorder } from '../../observe/recorder.js';
import { STORE_CALL } from '../../observe/recorder.js';
import type { CacheStore } from '../../store/cache-store.js';
import { WarnOnce } from '../../episodes.js';
import type { DeadlineBudget } from '../deadline-budget.js';
import { decodeEnvelope } from '../../values/envelope.js';
import type { Unreadable } from '../../values/value-codec.js';

/** Collaborators for unreadable values. */
export interface UnreadableParts {
  readonly store: CacheStore;
  readonly clock: Clock;
  readonly recorder: Recorder;
  readonly logger: CacheLogger;
}

/** An unknown codec that was not seen for this many milliseconds starts a new episode. */
const EPISODE_MS = 60_000;

/**
 * Stored texts that yield no value. Corrupt values are removed: no process can use them, and every
 * reader would fetch them again. Values with an unknown codec stay, because other processes may
 * know it; they are logged once per episode, because mixed versions read them all the time.
 */
export class UnreadableValues {
  readonly #foreign: WarnOnce;

  constructor(private readonly parts: UnreadableParts) {
    const { logger, clock } = parts;
    const episode = { clock, ms: EPISODE_MS };
    this.#foreign = new WarnOnce((message) => logger.warn(message), { most: 32, episode });
  }

  /** Counts and logs an unreadable value. */
  note(key: string, text: string, why: Unreadable): void {
    this.parts.recorder.unreadable(key, why);
    if (why === 'foreign') this.#noteForeign(key, text);
    else {
      this.parts.logger.warn(`Cache: the value of ${key} is unreadable, treated as a miss.`);
    }
  }

  /**
   * As `note`, and removes a corrupt value: for readers without a loader, whose load would replace
   * it. A value that has replaced it meanwhile stays. Two store calls.
   */
  async dispose(key: string, text: string, why: Unreadable, budget: DeadlineBudget): Promise<void> {
    this.note(key, text, why);
    if (why === 'foreign') return;
    try {
      const discard = (ms: number): Promise<boolean> => this.parts.store.discard(key, text, ms);
      await budget.spend(discard, STORE_CALL.discard);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      this.parts.recorder.storeFailed(error.reason);
    }
  }

  #noteForeign(key: string, text: string): void {
    const envelope = decodeEnvelope(text);
    const codec = typeof envelope === 'object' ? envelope.codec : '';
    this.#foreign.warn(
      codec,
      `Cache: values written with ${codec}, such as ${key}, cannot be read here; they are misses.`,
    );
  }
}
