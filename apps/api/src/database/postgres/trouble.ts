import { Logger } from '@nestjs/common';
import { causeOf, reasonOf, type DatabaseCause } from '../database-cause.js';

/** After a failed write the database counts as taking none for so long, unless one succeeds. */
const HOLD_MS = 10_000;

/** What keeps writes from succeeding. */
interface Block {
  readonly error: unknown;
  readonly cause: DatabaseCause;
  readonly since: number;
}

/**
 * Logs what is wrong with the database, once per episode and cause. There are two kinds of episode: the
 * database is unavailable, which ends with its next answer; or it answers while no write succeeds, which
 * ends with the next write that does.
 */
export class Trouble {
  readonly #logger = new Logger('Database');
  /** Causes that were logged in this episode. */
  readonly #logged = new Set<string>();
  #block: Block | undefined;
  /** The error that was logged last. */
  #last: unknown;

  constructor(private readonly where: string) {}

  /** The error of the last failed write, until one succeeds or a while has passed. */
  get blocking(): unknown {
    const held = this.#block && performance.now() - this.#block.since < HOLD_MS;
    return held ? this.#block?.error : undefined;
  }

  /** Whether a write has failed that none has followed. */
  get blocked(): DatabaseCause | undefined {
    return this.#block?.cause;
  }

  note(error: unknown): void {
    const cause = causeOf(error);
    if (cause.blocksWrites) {
      if (this.#block?.cause !== cause) this.#log(cause, error);
      this.#block = { error, cause, since: performance.now() };
      return;
    }
    // What the end of an outage still finds in the pool belongs to that outage.
    if (this.#logged.has(cause.name) || error === this.#last) return;
    this.#logged.add(cause.name);
    this.#last = error;
    this.#log(cause, error);
  }

  answered(): void {
    if (this.#logged.size === 0) return;
    this.#logged.clear();
    this.#logger.log(`PostgreSQL at ${this.where} answers again.`);
  }

  wrote(): void {
    if (this.#block === undefined) return;
    this.#block = undefined;
    this.#logger.log(`PostgreSQL at ${this.where} takes writes again.`);
  }

  #log(cause: DatabaseCause, error: unknown): void {
    const line = `PostgreSQL at ${this.where} ${cause.says}: ${reasonOf(error)} (${cause.advice}).`;
    this.#logger.warn(line);
  }
}
