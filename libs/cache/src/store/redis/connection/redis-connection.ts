import { CacheUnavailableError } from '../../../cache-errors.js';
import type { Clock } from '../../../clock.js';
import { settleWithin } from '../../../clock.js';
import { Deadlines } from '../../deadlines.js';
import type { CircuitState } from './circuit-breaker.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { ChannelSubscriber } from './channel-subscriber.js';
import { PROBE_DEADLINE_MS, promptness } from './probe.js';
import type { ConnectionParts } from './connection-parts.js';
import type { Command, RedisClient } from './redis-client.js';
import { expectRefusal, lossReason, ErrorReplies, refused, replyCode } from './error-replies.js';
import { evaluate } from '../scripts/evaluate.js';
import type { Script } from '../scripts/script.js';

/** `guarded` calls are rejected while the breaker is open; `always` is for removals and probes. */
export type Passage = 'guarded' | 'always';
/** As `always`, for optional commands that a server may forbid: error replies are not logged. */
export type AnyPassage = Passage | 'optional';

type Reply = Promise<unknown>;

/**
 * A connection without activity for this many milliseconds is closed, because it may never recover.
 */
const UNRESPONSIVE_MS = 500;
/** Connecting is bounded by the client itself; this is the last resort. */
const NO_CONNECT_MS = 3_000;
const FIRST_CONNECT_MS = 1_000;
/** Share of the deadline that a call must have had for its timeout to count. */
const MEANINGFUL_SHARE = 1 / 2;

/**
 * One process's connection to Redis: a client for commands, one for messages, a deadline for every
 * command, a circuit breaker, and a generation that changes whenever the server may be another one.
 */
export class RedisConnection {
  readonly #parts: ConnectionParts;
  readonly #deadlines: Deadlines;
  /** Deadlines of calls that the breaker does not count. */
  readonly #probes: Deadlines;
  readonly #breaker: CircuitBreaker;
  readonly #refusals: ErrorReplies;
  readonly #messages = new Set<(message: string) => void>();
  readonly #readies = new Set<() => void>();
  #commands: RedisClient | undefined;
  #subscriber: ChannelSubscriber | undefined;
  /** Digests of the scripts that were sent on this connection. */
  #known = new Set<string>();
  #generation = 0;
  #lastSign = 0;
  #transport = false;
  #unanswered: number | undefined;
  #opened: () => void = () => undefined;
  #closed = true;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#probes = new Deadlines(parts.clock);
    this.#refusals = new ErrorReplies(parts.clock, parts.logger);
    this.#breaker = new CircuitBreaker({
      clock: parts.clock,
      probe: () => this.#probe(),
      onOpen: (reason) => {
        this.#lastSign = parts.clock.now();
        this.#opened();
        parts.logger.warn(
          `Cache: the Redis store is unavailable (${reason}): falling back to the source.`,
        );
      },
      onClose: () => {
        this.#opened();
        parts.logger.notice('Cache: the Redis store is connected.');
        for (const listener of this.#readies) listener();
      },
    });
    const breaker = this.#breaker;
    this.#deadlines = new Deadlines(parts.clock, {
      answered: breaker.answered.bind(breaker),
      // The server has recovered; waiting for the next probe would only cost hits.
      answeredLate: breaker.probeNow.bind(breaker),
      failed: (error, ms) => this.#explain(error, ms),
    });
  }

  get connected(): boolean {
    return this.#breaker.state === 'closed' && this.#commands?.isReady === true;
  }

  /** State of the breaker for reads and fills. */
  get circuit(): CircuitState {
    return this.#breaker.state;
  }

  /** How often the breaker has opened. */
  get timesOpened(): number {
    return this.#breaker.timesOpened;
  }

  /** Why the store is not used at present, without an address; `undefined` while it is. */
  get outage(): string | undefined {
    return this.connected ? undefined : (this.#breaker.reason ?? 'it has not answered yet');
  }

  /** Changes with every connection. What was read on one proves nothing on the next. */
  get generation(): number {
    return this.#generation;
  }

  /** What this connection is, by identity: several stores may share one. */
  get identity(): object | undefined {
    return this.#commands?.connection ?? this.#commands;
  }

  /** A clock that excludes time in which this process was too busy to read answers. */
  get waitClock(): Pick<Clock, 'now'> {
    return this.#deadlines;
  }

  /** Whether messages arrive at present. */
  get listening(): boolean {
    return this.#subscriber?.listening === true;
  }

  onMessage(listener: (message: string) => void): void {
    this.#messages.add(listener);
  }

  /** Registers a callback for when the store becomes available, including the first time. */
  onReady(listener: () => void): void {
    this.#readies.add(listener);
  }

  /** Connects; waits for the first success or failure, for a limited time. */
  async open(): Promise<void> {
    this.#closed = false;
    const generation = this.#generation;
    const { makeClient } = this.#parts;
    if (makeClient.load !== undefined) await makeClient.load();
    // Closed meanwhile.
    if (generation !== this.#generation) return;
    // Called with the first result, success or failure.
    const opened = new Promise<void>((resolve) => (this.#opened = resolve));
    this.#reconnect();
    this.#breaker.start();
    await settleWithin(this.#parts.clock, opened, FIRST_CONNECT_MS, () =>
      this.#breaker.trip('it cannot be reached'),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#breaker.stop();
    const clients = [this.#commands, this.#subscriber].filter((client) => client !== undefined);
    const ready = clients.filter((client) => client.isReady);
    const drained = Promise.all(ready.map((client) => client.close()));
    // An unresponsive server must not keep the process from ending.
    await this.#probes.bound(drained, PROBE_DEADLINE_MS).catch(() => undefined);
    for (const client of clients) client.destroy();
    this.#generation++;
  }

  /** Sends one command; it is queued on the client before this returns. */
  send(command: Command, withinMs: number, passage: Passage = 'guarded'): Reply {
    return this.sendAndRead(command, withinMs, passage);
  }

  /** As `send`, with the answer already read; saves a promise on the hot path. */
  sendAndRead<R = unknown>(
    command: Command,
    withinMs: number,
    passage: Passage,
    read?: (reply: unknown) => R,
  ): Promise<R> {
    const client = this.#passable(passage);
    if (client instanceof CacheUnavailableError) return Promise.reject(client);
    return this.#deadlines.bound(client.send(command), withinMs, read);
  }

  /** As `send`, with strings answered as bytes. */
  sendForBytes(command: Command, withinMs: number, passage: AnyPassage = 'guarded'): Reply {
    const client = this.#passable(passage);
    if (client instanceof CacheUnavailableError) return Promise.reject(client);
    const reply = client.sendForBytes(command);
    const expected = passage === 'optional' ? expectRefusal(reply) : reply;
    return this.#deadlines.bound(expected, withinMs);
  }

  /**
   * Runs a script by its digest, or by its source if the server does not know it.
   *
   * @param send whether strings are answered as text or as bytes
   */
  run(
    script: Script,
    keys: Command,
    args: Command,
    withinMs: number,
    passage: AnyPassage = 'guarded',
    send: 'send' | 'sendForBytes' = 'send',
  ): Reply {
    const client = this.#passable(passage);
    if (client instanceof CacheUnavailableError) return Promise.reject(client);
    const reply = evaluate(client, send, script, keys, args, this.#known);
    const expected = passage === 'optional' ? expectRefusal(reply) : reply;
    return this.#deadlines.bound(expected, withinMs);
  }

  /** Sends a command to the node that an owner's refusal names; see `RedisClient.ask`. */
  sendWhereAsked(refusal: CacheUnavailableError, command: Command, withinMs: number): Reply {
    const client = this.#passable('always');
    if (client instanceof CacheUnavailableError) return Promise.reject(client);
    const reply = client.ask?.(refusal.cause, command) ?? Promise.reject(refusal);
    return this.#deadlines.bound(expectRefusal(reply), withinMs);
  }

  /** Throws unless this is still the connection of the given generation. */
  assertGeneration(generation: number): void {
    if (generation === this.#generation) return;
    throw new CacheUnavailableError('offline', 'The connection to the cache store was lost.');
  }

  #passable(passage: AnyPassage): RedisClient | CacheUnavailableError {
    if (this.#closed) return new CacheUnavailableError('closed', 'The cache is closed.');
    const client = this.#commands;
    if (client?.isReady !== true || (passage === 'guarded' && this.#breaker.state !== 'closed')) {
      return new CacheUnavailableError('offline', 'The cache store is unavailable.');
    }
    return client;
  }

  #explain(error: unknown, withinMs: number): CacheUnavailableError {
    if (error instanceof CacheUnavailableError) {
      // A timeout after only the rest of a deadline says little about the store.
      const had = withinMs >= this.#parts.deadlineMs * MEANINGFUL_SHARE;
      if (error.reason === 'timeout' && had) this.#breaker.timedOut();
      return error;
    }
    const cause = { cause: error };
    const code = replyCode(error);
    if (code === undefined) {
      return new CacheUnavailableError('offline', 'The cache store is unavailable.', cause);
    }
    this.#breaker.answered();
    this.#refusals.note(code);
    return refused(code, error);
  }

  #reconnect(): void {
    this.#commands?.destroy();
    this.#subscriber?.destroy();
    this.#generation++;
    this.#lastSign = this.#parts.clock.now();
    this.#unanswered = undefined;
    this.#transport = false;
    this.#commands = this.#connectCommands();
    this.#subscriber = this.#connectMessages();
  }

  #connectCommands(): RedisClient {
    const client = this.#parts.makeClient(this.#parts.settings);
    const sign = (): boolean => {
      if (client !== this.#commands) return false;
      this.#lastSign = this.#parts.clock.now();
      return true;
    };
    client.on('error', (error) => {
      if (!sign()) return;
      this.#transport = false;
      if (!this.#closed) this.#breaker.trip(lossReason(error));
    });
    client.on('connect', () => {
      if (sign()) this.#transport = true;
    });
    client.on('ready', () => {
      if (!sign()) return;
      this.#generation++;
      this.#known = new Set();
      this.#breaker.probeNow();
    });
    client.connect();
    return client;
  }

  #connectMessages(): ChannelSubscriber {
    const { makeClient, settings, channel } = this.#parts;
    return new ChannelSubscriber(makeClient(settings), channel, (message) => {
      for (const listener of this.#messages) listener(message);
    });
  }

  /** Sends one PING. A store that answers late keeps its connection, but is not used. */
  async #probe(): Promise<boolean> {
    const client = this.#commands;
    const answer = client?.isReady === true ? await this.#ping(client) : 'none';
    if (client !== this.#commands || this.#closed) return false;
    if (answer !== 'none') return answer === 'prompt';
    const silenceMs = this.#transport ? UNRESPONSIVE_MS : NO_CONNECT_MS;
    if (this.#parts.clock.now() - (this.#unanswered ?? this.#lastSign) > silenceMs)
      this.#reconnect();
    return false;
  }

  async #ping(client: RedisClient): Promise<'prompt' | 'late' | 'none'> {
    // Since the oldest PING without an answer: a client that answers late is slow, not unresponsive.
    this.#unanswered ??= this.#parts.clock.now();
    const reply = client.send(['PING']).finally(() => {
      if (client !== this.#commands) return;
      this.#unanswered = undefined;
      this.#lastSign = this.#parts.clock.now();
    });
    try {
      return await promptness(reply, this.#probes, this.#parts.deadlineMs);
    } catch (error) {
      // The server is reachable but rejects this client: LOADING, NOAUTH, MASTERDOWN, …
      if (replyCode(error) !== undefined) this.#breaker.trip(lossReason(error));
      return 'none';
    }
  }
}
