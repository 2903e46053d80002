import type { Clock } from '../../../clock.js';
import type { RedisClient, RedisClientFactory } from '../connection/redis-client.js';
import type { ServerSettings } from '../connection/redis-settings.js';

/** Collaborators of the subscriber. */
export interface SubscriberParts {
  readonly settings: ServerSettings;
  readonly makeClient: RedisClientFactory;
  readonly clock: Clock;
  readonly channels: Readonly<Record<string, (message: string) => void>>;
  /** Called when all channels are subscribed: later messages will arrive. */
  readonly onListening: () => void;
  /** Called when messages may have been missed since some time before. */
  readonly onLost: () => void;
}

const RETRY_MS = 100;

/**
 * The connection on which removals are received. A failed connection is never reused, because
 * messages published meanwhile are lost: it is closed, reported as lost, and replaced. The same
 * applies when the server closes it for reading too slowly.
 */
export class InvalidationSubscriber {
  readonly #parts: SubscriberParts;
  #client: RedisClient | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  open(): void {
    const { makeClient, settings, channels } = this.#parts;
    const client = makeClient(settings);
    this.#client = client;
    client.on('error', () => {
      if (client === this.#client) this.renew();
    });
    client.on('ready', () => {
      if (client !== this.#client) return;
      const subscriptions = Object.entries(channels).map(([channel, deliver]) =>
        client.subscribe(channel, (message) => {
          if (client === this.#client) deliver(message);
        }),
      );
      Promise.all(subscriptions).then(
        () => {
          if (client === this.#client) this.#parts.onListening();
        },
        () => {
          if (client === this.#client) this.renew();
        },
      );
    });
    client.connect();
  }

  /** Closes the connection and creates another after a short pause. */
  renew(): void {
    this.close();
    this.#parts.onLost();
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => this.open());
  }

  close(): void {
    this.#cancelRetry?.();
    this.#client?.destroy();
    this.#client = undefined;
  }
}
