import type { Clock } from '../../../clock.js';
import { settleWithin } from '../../../clock.js';
import type { ClientEvent, RedisClient } from '../connection/redis-client.js';

/** Called for events of a client's connection. */
export type ClientListener = (event: ClientEvent, error?: unknown) => void;

type Receiver = (message: string) => void;

/** Milliseconds within which a suspected connection must answer a PING to be kept. */
const ANSWER_MS = 250;
/** Milliseconds after which a handshake is given up: its bytes may have been lost for good. */
const HANDSHAKE_MS = 3_000;

/** One connection to a node, shared by the shards whose master it is. */
export class SharedClient {
  readonly #make: () => RedisClient;
  readonly #clock: Clock;
  readonly #listeners = new Set<ClientListener>();
  readonly #channels = new Map<string, Set<Receiver>>();
  #client: RedisClient;
  #openedAt = 0;
  #checking = false;
  #destroyed = false;

  constructor(make: () => RedisClient, clock: Clock) {
    this.#make = make;
    this.#clock = clock;
    this.#client = this.#open();
  }

  /** The client of the present connection. */
  get client(): RedisClient {
    return this.#client;
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  /** Registers a listener; the returned function removes it. */
  follow(listener: ClientListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Delivers messages of a channel until the returned function is called. */
  subscribe(channel: string, receive: Receiver): () => void {
    const receivers = this.#channels.get(channel);
    if (receivers !== undefined) receivers.add(receive);
    else {
      this.#channels.set(channel, new Set([receive]));
      if (this.#client.isReady) this.#listen(this.#client, channel);
    }
    return () => void this.#channels.get(channel)?.delete(receive);
  }

  /** A user got no answers: a connection that does not answer a PING either, or never got ready, is replaced. */
  suspect(): void {
    if (this.#checking || this.#destroyed) return;
    if (!this.#client.isReady) {
      if (this.#clock.now() - this.#openedAt >= HANDSHAKE_MS) this.renew();
      return;
    }
    this.#checking = true;
    const client = this.#client;
    const answer = client.send(['PING']).then(
      () => true,
      () => true, // lost or refused: both are answers
    );
    void settleWithin(this.#clock, answer, ANSWER_MS, () => false).then((answered) => {
      this.#checking = false;
      if (answered || this.#destroyed || client !== this.#client) return;
      this.renew();
    });
  }

  /** Replaces the connection: what is pending on it fails. */
  renew(): void {
    const before = this.#client;
    this.#client = this.#open();
    before.destroy();
    this.#emit('error', new Error('The connection was replaced because it did not answer.'));
  }

  destroy(): void {
    this.#destroyed = true;
    this.#listeners.clear();
    this.#client.destroy();
  }

  #open(): RedisClient {
    this.#openedAt = this.#clock.now();
    const client = this.#make();
    let subscribed = false;
    client.on('error', (error) => {
      if (client === this.#client) this.#emit('error', error);
    });
    client.on('connect', () => {
      if (client === this.#client) this.#emit('connect');
    });
    client.on('ready', () => {
      if (client !== this.#client) return;
      // The client itself subscribes again when it reconnects.
      if (!subscribed) for (const channel of this.#channels.keys()) this.#listen(client, channel);
      subscribed = true;
      this.#emit('ready');
    });
    client.connect();
    return client;
  }

  #listen(client: RedisClient, channel: string): void {
    const deliver = (message: string): void => {
      for (const receive of this.#channels.get(channel) ?? []) receive(message);
    };
    // Without messages waiters poll.
    client.subscribe(channel, deliver).catch(() => undefined);
  }

  #emit(event: ClientEvent, error?: unknown): void {
    for (const listener of [...this.#listeners]) listener(event, error);
  }
}
