import type {
  CacheStore,
  Consistency,
  RelayStore,
  InvalidationFeed,
  RelayServer,
  RelayStatus,
  RelayRound,
  RoundEnd,
} from '@gad/cache/store';
import { CacheUnavailableError } from '@gad/cache';
import { CacheEngine, FreshnessGuard, MemoryStore } from '@gad/cache/store';
import { logInto } from './fixtures.js';
import { gatedStore } from './gated-store.js';
import type { Gates } from './gates.js';
import { FakeClock } from '@gad/cache/testing';
import { FakeLog, type FakeLogReader } from './fake-log.js';

const LIMITS = { deadlineMs: 50, leaseMs: 5_000, leaseWaitMs: 10_000, maxValueBytes: 1_048_576 };
const LEAD_MS = 500;

/** A stream of messages that always stands, and on which none has come yet. */
const standing = (confirmMs: number): InvalidationFeed => ({
  freshUntil: Infinity,
  gaps: 0,
  follow: () => undefined,
  waitMs: () => confirmMs,
});

/** What the shared store remembers of its relays. */
class Bookkeeping {
  cursor: string | undefined;
  serial = 0;
  heartbeat = 0;
  /** When the server became the one that takes writes. */
  primarySince = -Infinity;
  /** It became that anew, or went back to an earlier state, this often. */
  term = 0;
  leader: { readonly of: unknown; readonly until: number } | undefined;
}

/** One process's line to the bookkeeping, by the rules of the port and the test's clock. */
class LineToBookkeeping implements RelayStore {
  readonly shared = true;
  readonly longestRoundMs = 500;
  generation = 1;
  /** Nothing arrives any more, in either direction. */
  cut = false;
  /** What the next end of a round waits for. */
  hold: Promise<void> | undefined;

  constructor(
    private readonly books: Bookkeeping,
    private readonly clock: FakeClock,
  ) {}

  beginRound(): Promise<RelayRound | undefined> {
    return this.#arriving(() => {
      const now = this.clock.now();
      const { leader } = this.books;
      if (leader !== undefined && leader.of !== this && leader.until > now) return undefined;
      this.books.leader = { of: this, until: now + LEAD_MS };
      const { cursor, serial } = this.books;
      return { ...this.#server(), cursor, serial: String(serial), startedAt: now };
    });
  }

  async endRound(round: RelayRound, cursor: string): Promise<RoundEnd> {
    await this.hold;
    return this.#arriving(() => {
      const { books } = this;
      if (round.generation !== this.generation || round.serial !== String(books.serial)) {
        return 'conflict';
      }
      if (books.cursor !== cursor) books.serial++;
      books.cursor = cursor;
      if (this.clock.now() - round.startedAt > this.longestRoundMs) return 'slow';
      books.heartbeat++;
      return 'fresh';
    });
  }

  resign(): Promise<void> {
    return this.#arriving(() => {
      if (this.books.leader?.of === this) this.books.leader = undefined;
    });
  }

  observe(): Promise<RelayStatus> {
    return this.#arriving(() => {
      const heartbeat = this.books.heartbeat === 0 ? undefined : String(this.books.heartbeat);
      return { ...this.#server(), heartbeat, cursor: this.books.cursor };
    });
  }

  #server(): RelayServer {
    const { primarySince: primaryAt, term } = this.books;
    return { generation: this.generation, term: String(term), primaryAt };
  }

  #arriving<T>(run: () => T): Promise<T> {
    if (this.cut) return Promise.reject(new CacheUnavailableError('timeout', 'cut off'));
    return Promise.resolve(run());
  }
}

/** One process of a fleet. */
export interface Member {
  readonly engine: CacheEngine;
  readonly freshness: FreshnessGuard;
  readonly log: FakeLogReader;
  readonly line: LineToBookkeeping;
  readonly gates: Gates;
  readonly lines: readonly string[];
  /** The store is unavailable to this process: nothing is connected, nothing arrives. */
  disconnect(): void;
  /** Ends that, on a new connection. */
  reconnect(): void;
  /** It answers too slowly for requests: they do without it, the line is still there. */
  slow(): void;
}

/** Processes over one store and one log, in time that only the test moves. */
export class Fleet {
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  readonly store = new MemoryStore({ clock: this.clock });
  readonly books = new Bookkeeping();
  readonly #members: Member[] = [];

  async join(consistency: Consistency = 'strict'): Promise<Member> {
    const line = new LineToBookkeeping(this.books, this.clock);
    return this.#start(this.store, line, consistency);
  }

  /** A process that keeps its values in its own memory. */
  async joinAlone(): Promise<Member> {
    const store = new MemoryStore({ clock: this.clock });
    return this.#start(store, new LineToBookkeeping(this.books, this.clock), 'strict', {
      own: true,
    });
  }

  /**
   * A process that keeps copies, of which nothing but the proof says how long they may be read. Its
   * removals may wait for others to confirm them; what passes its gates are those that do.
   */
  async joinWithCopies(confirmMs = 0): Promise<Member> {
    const line = new LineToBookkeeping(this.books, this.clock);
    return this.#start(this.store, line, 'strict', { copies: standing(confirmMs) });
  }

  async stop(): Promise<void> {
    const closing = Promise.all(this.#members.map(({ engine }) => engine.close()));
    await this.clock.advanceAsync(1_000);
    await closing;
  }

  async #start(
    target: MemoryStore,
    line: LineToBookkeeping,
    consistency: Consistency,
    { own = false, copies }: { own?: boolean; copies?: InvalidationFeed } = {},
  ): Promise<Member> {
    const { clock } = this;
    const gated = gatedStore(target);
    const relayStore = own ? target.relayStore : line;
    let connected = true;
    const store: CacheStore = new Proxy(gated.store, {
      get: (inner, name) => {
        if (name === 'connected') return connected;
        if (name === 'relayStore') return relayStore;
        if (name === 'coherence') return copies;
        const member: unknown = Reflect.get(inner, name, inner);
        if (connected || typeof member !== 'function' || name === 'watch' || name === 'close') {
          return member;
        }
        return () => Promise.reject(new CacheUnavailableError('offline', 'unavailable'));
      },
    });
    const lines: string[] = [];
    const logger = logInto(() => lines);
    const log = this.log.reader();
    const common = { store, clock, random: () => 0.5 };
    const freshness = new FreshnessGuard({ ...common, relayStore, log, consistency, logger });
    const engine = new CacheEngine({
      ...common,
      prefix: 'gad:',
      limits: LIMITS,
      logger,
      freshness,
      local: { maxEntries: 100, maxBytes: 1e6 },
    });
    const opened = engine.open();
    await clock.advanceAsync(0);
    await clock.advanceAsync(1_000);
    await opened;
    const member: Member = {
      ...{ engine, freshness, log, line, lines },
      gates: gated.gates,
      disconnect: () => {
        connected = false;
        line.cut = true;
      },
      reconnect: () => {
        connected = true;
        line.cut = false;
        line.generation++;
      },
      slow: () => {
        connected = false;
      },
    };
    this.#members.push(member);
    return member;
  }
}
