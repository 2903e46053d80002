import type { Acknowledgements, PendingAck } from '../../../near-cache/acknowledgements.js';
import type { KeySelection } from '../../../keys/key-selection.js';
import { encodeSelection, mayMatchPrefix } from '../../../keys/key-selection.js';
import type { Clock } from '../../../clock.js';
import { pause } from '../../../clock.js';
import type { KeyLayout } from '../key-layout.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { asBytes, asList } from '../replies.js';
import { ANNOUNCE } from '../scripts/compiled-scripts.js';

/** Collaborators of removals with the barrier. */
export interface Barrier {
  /** Id of this process, to which acknowledgements are sent. */
  readonly process: string;
  readonly confirmations: Acknowledgements;
  /** Prefixes of the keys to which the barrier applies. */
  readonly prefixes: readonly string[];
  /** Whether this process has been connected to the same server for at least the bound. */
  readonly settled: () => boolean;
}

/** Collaborators of the announcer. */
export interface AnnouncerParts {
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  readonly clock: Clock;
  /** Milliseconds without an answer after which an announcement has failed. */
  readonly withinMs: number;
  /** Milliseconds after which a process without messages reads no copies any more. */
  readonly boundMs: number;
  /** Whether this process keeps copies; it then creates the sequence if necessary. */
  readonly keepsCopies: boolean;
  readonly barrier: Barrier | undefined;
}

const NO_ACK = '-';
/** Timers may fire slightly early, in milliseconds. */
const TIMER_MARGIN_MS = 2;

/** Publishes removals to the processes that may hold copies. */
export class InvalidationAnnouncer {
  constructor(readonly parts: AnnouncerParts) {}

  /** Operands that publish nothing, for a script that is not the last of its removal. */
  get noMessage(): string[] {
    const { layout, boundMs } = this.parts;
    return [layout.removalChannel, '', NO_ACK, '0', String(boundMs)];
  }

  /** Channel, what and create, for a script that publishes a change without a barrier. */
  withoutBarrier(selection: KeySelection): string[] {
    const { layout, keepsCopies } = this.parts;
    return [layout.removalChannel, encodeSelection(selection), keepsCopies ? '1' : '0'];
  }
}

/** The announcement of one removal, which its scripts publish with `operands`. */
export class Announcement {
  readonly #parts: AnnouncerParts;
  readonly #what: string;
  #barrier: Barrier | undefined;
  #pending: PendingAck | undefined;
  /** The last script's answer to `operands`. */
  answer: unknown = [];

  constructor({ parts }: InvalidationAnnouncer, selection: KeySelection, awaitAcks: boolean) {
    const { barrier } = parts;
    this.#parts = parts;
    this.#what = encodeSelection(selection);
    const due = awaitAcks && barrier !== undefined && mayMatchPrefix(selection, barrier.prefixes);
    this.#barrier = due ? barrier : undefined;
  }

  /**
   * Channel, what, ask, create and bound, as the scripts expect them. Each call with a barrier opens
   * a new acknowledgement.
   */
  operands(): string[] {
    const barrier = this.#barrier;
    const { layout, keepsCopies, boundMs } = this.#parts;
    let ask = NO_ACK;
    if (barrier !== undefined) {
      this.#forget();
      this.#pending = barrier.confirmations.open();
      ask = `${barrier.process}:${this.#pending.serial}`;
    }
    return [layout.removalChannel, this.#what, ask, keepsCopies ? '1' : '0', String(boundMs)];
  }

  /** Publishes with a script of its own: one call. */
  async publish(): Promise<void> {
    this.answer = await this.#send(this.operands());
  }

  /**
   * With a barrier: resolves when every process that may be reading copies has acknowledged, or may
   * no longer read because it was silent for the whole bound.
   */
  async acknowledged(): Promise<void> {
    const barrier = this.#barrier;
    if (barrier === undefined) return;
    const { clock, boundMs } = this.#parts;
    const withinMs = boundMs + TIMER_MARGIN_MS;
    const [status, ...names] = asList(this.answer).map((item) => asBytes(item).toString());
    if (status !== 'published' || this.#pending === undefined || !barrier.settled()) {
      await pause(clock, withinMs);
    } else {
      const others = names.filter((name) => name !== barrier.process);
      await this.#pending.allWithin(others, withinMs);
    }
    this.#forget();
  }

  /** The removal failed but may have been executed: copies should be dropped to be safe. */
  failed(): void {
    this.#forget();
    this.#barrier = undefined;
    this.#send(this.operands()).catch(() => undefined);
  }

  #send(operands: string[]): Promise<unknown> {
    const { connection, layout, withinMs } = this.#parts;
    return connection.run(ANNOUNCE, [layout.removals], operands, withinMs, 'always');
  }

  #forget(): void {
    if (this.#pending !== undefined) this.#barrier?.confirmations.close(this.#pending);
    this.#pending = undefined;
  }
}
