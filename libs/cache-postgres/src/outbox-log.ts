import type { InvalidationLog, LogBatch, LogHost } from '@gad/cache/store';
import type { OutboxEvent } from './append.js';

/** An event with the position of the write that it describes: what `append` resolved with for it. */
export type LoggedEvent<Event extends OutboxEvent = OutboxEvent> = Event & {
  readonly position: string;
};

/** What became visible in the outbox since a cursor. */
export interface OutboxReading<Event extends OutboxEvent = OutboxEvent> {
  readonly cursor: string;
  /** `undefined`: unknown, or too many. */
  readonly events: readonly LoggedEvent<Event>[] | undefined;
  /** Age of the oldest of them, in milliseconds. */
  readonly oldestMs: number | undefined;
}

/** The patterns that an event makes stale; `undefined` for an event that is not known. */
export type PatternsOf<Event extends OutboxEvent> = (event: Event) => readonly string[] | undefined;

/** The outbox, as its log for one cache needs it. */
interface LogSource<Event extends OutboxEvent> {
  opened(log: OutboxLog<Event>, host: LogHost): Promise<void>;
  closed(log: OutboxLog<Event>): Promise<void>;
  read(cursor: string | undefined): Promise<OutboxReading<Event>>;
  now(): Promise<string>;
  covers(cursor: string, position: string): boolean;
  isSoleInstance(lingerMs: number): boolean;
  onAppend(wake: () => void): void;
}

/** An outbox as one cache reads it: through the patterns that its events make stale. */
export class OutboxLog<Event extends OutboxEvent> implements InvalidationLog {
  #host: LogHost | undefined;

  constructor(
    private readonly source: LogSource<Event>,
    private readonly patternsOf: PatternsOf<Event>,
  ) {}

  open(host: LogHost): Promise<void> {
    this.#host = host;
    return this.source.opened(this, host);
  }

  close(): Promise<void> {
    return this.source.closed(this);
  }

  async read(cursor: string | undefined): Promise<LogBatch> {
    const { cursor: next, events, oldestMs } = await this.source.read(cursor);
    const invalidations = [];
    for (const event of events ?? []) {
      const patterns = this.patternsOf(event);
      // Appended by another version of this program: what it makes stale is unknown here.
      if (patterns === undefined) return { cursor: next, invalidations: 'everything', entries: 0 };
      for (const pattern of patterns) invalidations.push({ pattern, position: event.position });
    }
    if (events === undefined) return { cursor: next, invalidations: 'everything', entries: 0 };
    return { cursor: next, invalidations, entries: events.length, oldestMs };
  }

  now(): Promise<string> {
    return this.source.now();
  }

  includes(cursor: string, position: string): boolean {
    return this.source.covers(cursor, position);
  }

  isSoleInstance(lingerMs: number): boolean {
    return this.source.isSoleInstance(lingerMs);
  }

  onAppend(wake: () => void): void {
    this.source.onAppend(wake);
  }

  /** @throws TypeError for an event of which no patterns are known */
  patternsOfAll(events: readonly Event[]): string[] {
    return events.flatMap((event) => {
      const patterns = this.patternsOf(event);
      if (patterns !== undefined) return patterns;
      throw new TypeError(
        `No patterns are known of the event ${event.name}, so its recording would empty the cache: add it to the function given to invalidationLog.`,
      );
    });
  }

  /** See {@link LogHost.afterCommit}. */
  afterCommit(patterns: readonly string[], position: string, committed: () => void): boolean {
    return this.#host?.afterCommit(patterns, position, committed) === true;
  }
}
