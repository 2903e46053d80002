import { randomInt } from 'node:crypto';
import type { RelayStore, RelayStatus, RelayRound, RoundEnd } from '../relay-store.js';
import type { KeyLayout } from './key-layout.js';
import type { RedisConnection } from './connection/redis-connection.js';
import { asList, asNumber, asText } from './replies.js';
import { BEGIN_ROUND, END_ROUND, OBSERVE_RELAY, RESIGN } from './scripts/compiled-scripts.js';
import type { Script } from './scripts/script.js';

/** How long a lead lasts without renewal, in milliseconds of the server. */
const LEAD_MS = 500;
/** A longer round writes no heartbeat, in milliseconds; the freshness lease is shorter by it. */
const LONGEST_TURN_MS = 500;
/** Timeout of a call, in milliseconds. */
const WITHIN_MS = 500;

/** The cursor as last read or written, with its serial for detecting changes. */
interface Known {
  readonly serial: string;
  readonly text: string | undefined;
  readonly generation: number;
}

const NOTHING: Known = { serial: '', text: undefined, generation: -1 };

/**
 * The relay's bookkeeping in Redis: one script per step. The cursor's text is sent only when its
 * serial is not the one last seen on this connection.
 */
export class RedisRelayStore implements RelayStore {
  readonly shared = true;
  readonly longestRoundMs = LONGEST_TURN_MS;
  readonly #relay = String(randomInt(1, 2 ** 47));
  #known = NOTHING;

  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
  ) {}

  get generation(): number {
    return this.connection.generation;
  }

  async beginRound(): Promise<RelayRound | undefined> {
    const { generation } = this.connection;
    const known = this.#knownOn(generation);
    const reply = asList(
      await this.#run(BEGIN_ROUND, [this.#relay, String(LEAD_MS), known.serial]),
    );
    this.connection.assertGeneration(generation);
    if (asNumber(reply[0]) === 0) return undefined;
    const serial = asText(reply[2]) ?? '';
    const cursor = this.#learn(serial, asText(reply[3]), known);
    return { cursor, serial, generation, startedAt: Number(asText(reply[1])) };
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
    const moved = cursor === round.cursor ? '' : cursor;
    const args = [round.serial, moved, String(round.startedAt), String(this.longestRoundMs)];
    const reply = asList(await this.#run(END_ROUND, [...args, ...marks]));
    this.connection.assertGeneration(round.generation);
    const state = asNumber(reply[0]);
    if (state === -2) return 'unmarked';
    if (state === -1) return 'conflict';
    this.#known = { serial: asText(reply[1]) ?? '', text: cursor, generation: round.generation };
    return state === 1 ? 'fresh' : 'slow';
  }

  async resign(): Promise<void> {
    await this.#run(RESIGN, [this.#relay]);
  }

  async observe(): Promise<RelayStatus> {
    const { generation } = this.connection;
    const known = this.#knownOn(generation);
    const reply = asList(await this.#run(OBSERVE_RELAY, [known.serial]));
    this.connection.assertGeneration(generation);
    const heartbeat = asText(reply[0]);
    const cursor = this.#learn(asText(reply[1]) ?? '', asText(reply[2]), known);
    const primaryForMs = Number(asText(reply[3]));
    return {
      heartbeat: heartbeat === '' ? undefined : heartbeat,
      cursor,
      generation,
      primaryForMs,
    };
  }

  #knownOn(generation: number): Known {
    return this.#known.generation === generation ? this.#known : NOTHING;
  }

  /** The cursor of a serial; `sent` is absent if it is the known one. */
  #learn(serial: string, sent: string | undefined, known: Known): string | undefined {
    if (serial === '') return undefined;
    const text = serial === known.serial ? known.text : sent;
    this.#known = { serial, text, generation: this.connection.generation };
    return text;
  }

  #run(script: Script, args: readonly string[]): Promise<unknown> {
    const { relay, cursor, marks } = this.layout;
    // Bypasses the breaker, whose state must not decide whether a heartbeat is written.
    return this.connection.run(script, [relay, cursor, marks], args, WITHIN_MS, 'always');
  }
}
