import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../clock.js';
import { Acknowledgements } from '../../../near-cache/acknowledgements.js';
import type { InvalidationListener } from '../../../near-cache/invalidation-stream.js';
import { InvalidationStream } from '../../../near-cache/invalidation-stream.js';
import type { KeySelection } from '../../../keys/key-selection.js';
import { mayMatchPrefix } from '../../../keys/key-selection.js';
import type { InvalidationFeed } from '../../cache-store.js';
import type { KeyLayout } from '../key-layout.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { RedisClientFactory } from '../connection/redis-client.js';
import type { ServerSettings } from '../connection/redis-settings.js';
import type { Barrier } from './invalidation-announcer.js';
import { InvalidationSubscriber } from './invalidation-subscriber.js';
import { asText } from '../replies.js';
import { PROBE_STREAM } from '../scripts/compiled-scripts.js';

/** Settings of near-cache coherence. */
export interface CoherenceSettings {
  /** Milliseconds after which a process without messages reads no copies any more. */
  readonly staleBoundMs: number;
  /** Prefixes of the keys whose removals wait until every process has acknowledged them. */
  readonly barrier: readonly string[];
}

/** Collaborators of the near cache's coherence. */
export interface CoherenceParts extends CoherenceSettings {
  readonly settings: ServerSettings;
  readonly makeClient: RedisClientFactory;
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  readonly clock: Clock;
}

/** Probes of the sequence within one bound: some of them may fail. */
const LOOKS_PER_BOUND = 5;
const LONGEST_PAUSE_MS = 100;
/** So much longer is the pause of a process that was asked for no copy since its last probe. */
const IDLE_FACTOR = 2;
/** Timeout of an acknowledgement, in milliseconds; waiters wait at most for the bound. */
const CONFIRM_MS = 1_000;

/**
 * Keeps a process's copies coherent with the store: receives removals on a connection of its own,
 * proves on the command connection that it has received all of them, and acknowledges them to the
 * writers that wait. Costs one short script per probe, by default ten per second, and five while no
 * copy is asked for.
 */
export class RedisNearCache implements InvalidationFeed {
  readonly process = randomBytes(9).toString('base64url');
  readonly #parts: CoherenceParts;
  readonly #stream: InvalidationStream;
  readonly #subscriber: InvalidationSubscriber;
  readonly #followers = new Set<InvalidationListener>();
  readonly #confirmations: Acknowledgements;
  /** Serials to acknowledge, by requesting process. */
  readonly #unconfirmed = new Map<string, string[]>();
  #generation = -1;
  #connectedAt = 0;
  #cancelLook: (() => void) | undefined;
  /** Whether a copy was asked for since the last probe. */
  #asked = true;
  #closed = true;

  constructor(parts: CoherenceParts) {
    const { clock, layout } = parts;
    this.#parts = parts;
    this.#confirmations = new Acknowledgements(clock);
    const all: InvalidationListener = {
      drop: (removed) => {
        for (const copies of this.#followers) copies.drop(removed);
      },
      flush: () => {
        for (const copies of this.#followers) copies.flush();
      },
    };
    this.#stream = new InvalidationStream(all, clock, parts.staleBoundMs);
    this.#subscriber = new InvalidationSubscriber({
      settings: parts.settings,
      makeClient: parts.makeClient,
      clock,
      channels: {
        [layout.removalChannel]: (message) => this.#onMessage(message),
        [layout.confirmationChannel(this.process)]: (message) => this.#confirmed(message),
      },
      onListening: () => {
        this.#stream.subscribed();
        this.#lookNow();
      },
      onLost: () => this.#stream.disconnected(),
    });
  }

  get freshUntil(): number {
    this.#asked = true;
    return this.#stream.freshUntil;
  }

  get gaps(): number {
    return this.#stream.gaps;
  }

  get barrier(): Barrier | undefined {
    const { barrier: prefixes, staleBoundMs, clock, connection } = this.#parts;
    if (prefixes.length === 0) return undefined;
    return {
      process: this.process,
      confirmations: this.#confirmations,
      prefixes,
      // A restored server may not know which processes read copies; after the bound those have lost
      // that right.
      settled: () =>
        this.#generation === connection.generation &&
        clock.now() - this.#connectedAt > staleBoundMs,
    };
  }

  waitMs(removed: KeySelection): number {
    const { barrier, staleBoundMs } = this.#parts;
    return mayMatchPrefix(removed, barrier) ? staleBoundMs : 0;
  }

  follow(copies: InvalidationListener): void {
    this.#followers.add(copies);
  }

  open(): void {
    this.#closed = false;
    this.#subscriber.open();
    this.#lookNow();
  }

  /**
   * Deregisters, so that no writer waits for this process; call it before the connection is closed.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook?.();
    this.#subscriber.close();
    this.#stream.disconnected();
    const { connection, layout } = this.#parts;
    const leave = ['ZREM', layout.removals, this.process];
    await connection.send(leave, LONGEST_PAUSE_MS, 'always').catch(() => undefined);
  }

  #lookNow(): void {
    this.#cancelLook?.();
    if (!this.#closed) void this.#look();
  }

  async #look(): Promise<void> {
    const { connection, layout, clock, staleBoundMs } = this.#parts;
    const { generation } = connection;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#connectedAt = clock.now();
      this.#stream.reconnected();
    }
    // The next probe does not wait for this one's answer.
    const pauseMs = Math.min(LONGEST_PAUSE_MS, staleBoundMs / LOOKS_PER_BOUND);
    const idle = this.#asked ? 1 : IDLE_FACTOR;
    this.#asked = false;
    this.#cancelLook = clock.after(pauseMs * idle, () => this.#lookNow());
    if (this.#stream.lagMs > staleBoundMs) {
      this.#subscriber.renew();
      return;
    }
    const look = this.#stream.beginProbe();
    if (look === undefined) return;
    const args = [this.process, layout.removalChannel];
    try {
      const reply = await connection.run(PROBE_STREAM, [layout.removals], args, staleBoundMs);
      const sequence = Number(asText(reply));
      if (connection.generation === generation) this.#stream.completeProbe(look, sequence);
    } catch {
      // The connection counts the failure; here it only means that there is no proof.
    }
  }

  #onMessage(message: string): void {
    const [previous, next, ask, what] = split(message);
    this.#stream.onMessage(Number(previous), Number(next), what);
    const at = ask.indexOf(':');
    if (at === -1) return;
    // Under load several messages arrive together; one acknowledgement covers all of a sender.
    if (this.#unconfirmed.size === 0) queueMicrotask(() => this.#confirm());
    const asking = ask.slice(0, at);
    const serial = ask.slice(at + 1);
    const serials = this.#unconfirmed.get(asking);
    if (serials === undefined) this.#unconfirmed.set(asking, [serial]);
    else serials.push(serial);
  }

  #confirm(): void {
    const { connection, layout } = this.#parts;
    for (const [process, serials] of this.#unconfirmed) {
      if (process === this.process) continue;
      const channel = layout.confirmationChannel(process);
      const command = ['PUBLISH', channel, `${this.process} ${serials.join(',')}`];
      connection.send(command, CONFIRM_MS, 'always').catch(() => undefined);
    }
    this.#unconfirmed.clear();
  }

  #confirmed(message: string): void {
    const at = message.indexOf(' ');
    const process = message.slice(0, at);
    for (const serial of message.slice(at + 1).split(',')) {
      this.#confirmations.note(process, Number(serial));
    }
  }
}

/** `previous next ask what`, of which only the last may contain spaces. */
function split(message: string): [string, string, string, string] {
  const first = message.indexOf(' ');
  const second = message.indexOf(' ', first + 1);
  const third = message.indexOf(' ', second + 1);
  return [
    message.slice(0, first),
    message.slice(first + 1, second),
    message.slice(second + 1, third),
    message.slice(third + 1),
  ];
}
