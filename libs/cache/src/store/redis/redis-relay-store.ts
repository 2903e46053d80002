import { randomInt } from 'node:crypto';
import { CacheUnavailableError } from '../../cache-errors.js';
import type { Clock } from '../../clock.js';
import type { RelayStore, RelayStatus, RelayRound, RoundEnd } from '../relay-store.js';
import type { KeyLayout } from './key-layout.js';
import type { RedisConnection } from './connection/redis-connection.js';
import { asList, asNumber, asText } from './replies.js';
import {
  BEGIN_ROUND,
  END_IDLE_ROUND,
  END_ROUND,
  OBSERVE_RELAY,
  RESIGN,
} from './scripts/compiled-scripts.js';
import type { Script } from './scripts/script.js';

/** How long a lead lasts without renewal, in milliseconds of the server. */
const LEAD_MS = 500;
/** A longer round writes no heartbeat, in milliseconds; the freshness lease is shorter by it. */
const LONGEST_TURN_MS = 500;
/** Timeout of a call, in milliseconds. */
const WITHIN_MS = 500;

/** Rounds that end within this time of each other over one connection ask its server once, in milliseconds. */
const TOGETHER_MS = 50;

/** By whom and when the server of a connection was last asked who it is, and what it answered last. */
interface Asked {
  by: RedisRelayStore | undefined;
  at: number;
  server: string | undefined;
}

/** By connection, which the shards of a master share. */
const serversAsked = new WeakMap<object, Asked>();

/** The bookkeeping as last read or written over one connection. */
interface Known {
  readonly serial: string;
  readonly cursor: string | undefined;
  readonly heartbeat: string;
  readonly server: string;
  readonly primaryAt: number;
  readonly generation: number;
}

const NOTHING: Known = {
  ...{
    serial: '',
    cursor: undefined,
    heartbeat: '',
    server: '',
    primaryAt: Infinity,
    generation: -1,
  },
};

/** A round with what its compare-and-set needs besides the serial. */
interface RedisRound extends RelayRound {
  readonly heartbeat: string;
}

/**
 * The relay's bookkeeping in Redis. A round is one script, as the end of one is the begin of the
 * next. The usual look is two plain commands; the script, which asks the server for how long it has
 * been primary, is for a look that finds anything but a new heartbeat. The cursor's text is sent
 * only when its serial is not the one last seen on this connection. Of the shards of one master one a
 * tick asks the server; the others' rounds, if they have nothing to apply, end by a script that does not.
 */
export class RedisRelayStore implements RelayStore {
  readonly shared = true;
  readonly longestRoundMs = LONGEST_TURN_MS;
  readonly #relay = String(randomInt(1, 2 ** 47));
  #known = NOTHING;
  /** How often a heartbeat went back: the store is in an earlier state then. */
  #setBacks = 0;
  #begun: { readonly round: RedisRound; readonly at: number } | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly clock: Clock,
  ) {}

  get generation(): number {
    return this.connection.generation;
  }

  async beginRound(): Promise<RelayRound | undefined> {
    const begun = this.#takeBegun();
    if (begun !== undefined) return begun;
    const { generation } = this.connection;
    const known = this.#knownOn(generation);
    const args = [this.#relay, String(LEAD_MS), known.serial];
    const [leads, term, age, heartbeat, serial, cursor, at] = asList(
      await this.#run(BEGIN_ROUND, args),
    );
    this.connection.assertGeneration(generation);
    if (asNumber(leads) === 0) return undefined;
    this.#learn([term, age, heartbeat, serial, cursor]);
    return this.#round(at);
  }

  async endRound(round: RelayRound, cursor: string): Promise<RoundEnd> {
    const end = await this.endMarkedRound(round, cursor, []);
    // Without marks to look for, none is missing.
    return end === 'unmarked' ? 'conflict' : end;
  }

  async endMarkedRound(
    round: RelayRound,
    cursor: string,
    marks: readonly string[],
  ): Promise<RoundEnd | 'unmarked'> {
    // Removals on another connection may have reached another server.
    if (round.generation !== this.connection.generation) return 'conflict';
    const { serial: before, heartbeat: lastHeartbeat, startedAt } = round as RedisRound;
    const idle = cursor === round.cursor && marks.length === 0 && lastHeartbeat !== '';
    if (idle && this.#isServerKnown() && (await this.#endIdleRound(round as RedisRound))) {
      return 'fresh';
    }
    const moved = cursor === round.cursor ? '' : cursor;
    const bounds = [moved, String(startedAt), String(this.longestRoundMs)];
    const args = [this.#relay, String(LEAD_MS), before, lastHeartbeat, ...bounds, ...marks];
    Object.assign(this.#asked(), { by: this, at: this.clock.now() });
    const [state, term, age, heartbeat, serial, leads, at] = asList(
      await this.#run(END_ROUND, args),
    );
    this.connection.assertGeneration(round.generation);
    if (asNumber(state) === -2) return 'unmarked';
    if (asNumber(state) === -1) return 'conflict';
    this.#learn([term, age, heartbeat, serial, cursor]);
    if (leads === 1) this.#begun = { round: this.#round(at), at: this.clock.now() };
    return state === 1 ? 'fresh' : 'slow';
  }

  async resign(): Promise<void> {
    this.#begun = undefined;
    await this.#run(RESIGN, [this.#relay]);
  }

  async observe(): Promise<RelayStatus> {
    const { generation } = this.connection;
    const known = this.#knownOn(generation);
    if (known.serial !== '' && known.heartbeat !== '') {
      const [heartbeat, serial] = await this.#lookAtSerials();
      this.connection.assertGeneration(generation);
      // A heartbeat is written by a script that has asked the server, and after it the serial read.
      const grown = serial === known.serial && Number(heartbeat) > Number(known.heartbeat);
      if (grown && this.#known === known) {
        this.#known = { ...known, heartbeat };
        return this.#status();
      }
    }
    const read = asList(await this.#run(OBSERVE_RELAY, [known.serial]));
    this.connection.assertGeneration(generation);
    this.#learn(read);
    return this.#status();
  }

  #asked(): Asked {
    const connection = this.connection.identity ?? this;
    const known = serversAsked.get(connection);
    if (known !== undefined) return known;
    const asked = { by: undefined, at: -Infinity, server: undefined };
    serversAsked.set(connection, asked);
    return asked;
  }

  /** Whether another store asked the server just now, which was last no other than this one knows. */
  #isServerKnown(): boolean {
    const asked = this.#asked();
    const isRecent = this.clock.now() - asked.at <= TOGETHER_MS;
    return asked.by !== this && isRecent && asked.server === this.#known.server;
  }

  /** Returns whether that was all; else nothing was written. */
  async #endIdleRound({ serial, heartbeat, startedAt, generation }: RedisRound): Promise<boolean> {
    const bounds = [String(startedAt), String(this.longestRoundMs)];
    const args = [this.#relay, String(LEAD_MS), serial, heartbeat, ...bounds];
    const [written = '', at] = asList(await this.#run(END_IDLE_ROUND, args)).map(asText);
    this.connection.assertGeneration(generation);
    if (written === '') return false;
    this.#known = { ...this.#knownOn(generation), heartbeat: written };
    this.#begun = { round: this.#round(at), at: this.clock.now() };
    return true;
  }

  /** The round that began when the last one ended, unless that is long ago. */
  #takeBegun(): RelayRound | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun?.round.generation !== this.connection.generation) return undefined;
    const waitedMs = Math.floor(this.clock.now() - begun.at);
    if (waitedMs > LEAD_MS) return undefined;
    // Nothing was read or removed meanwhile, so the wait does not make the round longer.
    return { ...begun.round, startedAt: begun.round.startedAt + waitedMs };
  }

  /** In this order on one connection: what the serial says holds for the heartbeat before it. */
  async #lookAtSerials(): Promise<readonly [heartbeat: string, serial: string]> {
    const [heartbeat, serial] = await Promise.all(
      ['beat', 'cursor'].map((field) => {
        const look = ['ZADD', this.layout.relay, 'XX', 'INCR', '0', field];
        return this.connection.send(look, WITHIN_MS, 'always');
      }),
    );
    return [plain(heartbeat), plain(serial)];
  }

  #knownOn(generation: number): Known {
    return this.#known.generation === generation ? this.#known : NOTHING;
  }

  /** @param read term, milliseconds as primary, heartbeat, serial, and the cursor unless it is known */
  #learn(read: readonly unknown[]): void {
    const { generation } = this.connection;
    const known = this.#knownOn(generation);
    const [server = '', age, heartbeat = '', serial = '', sent] = read.map(asText);
    if (heartbeat !== '' && Number(heartbeat) < Number(known.heartbeat)) this.#setBacks++;
    const same = serial === known.serial ? known.cursor : undefined;
    const cursor = serial === '' ? undefined : (sent ?? same);
    const primaryAt = this.clock.now() - Number(age);
    this.#known = { serial, cursor, heartbeat, server, primaryAt, generation };
    this.#asked().server = server;
  }

  #round(startedAt: unknown): RedisRound {
    const { cursor, serial, heartbeat, generation, primaryAt } = this.#known;
    const at = Number(asText(startedAt));
    return { cursor, serial, heartbeat, generation, startedAt: at, primaryAt, term: this.#term() };
  }

  #status(): RelayStatus {
    const { cursor, heartbeat, generation, primaryAt } = this.#known;
    const seen = heartbeat === '' ? undefined : heartbeat;
    return { heartbeat: seen, cursor, generation, primaryAt, term: this.#term() };
  }

  #term(): string {
    return `${this.#known.server} ${String(this.#setBacks)}`;
  }

  #run(script: Script, args: readonly string[]): Promise<unknown> {
    const { relay, cursor, marks } = this.layout;
    // Bypasses the breaker, whose state must not decide whether a heartbeat is written.
    return this.connection.run(script, [relay, cursor, marks], args, WITHIN_MS, 'always');
  }
}

/** A serial, which the server may write with an exponent; '' for none. */
function plain(score: unknown): string {
  if (score === null) return '';
  if (typeof score === 'string' || typeof score === 'number') return Number(score).toFixed(0);
  throw new CacheUnavailableError('refused', `Expected a score from Redis, got ${typeof score}.`);
}
