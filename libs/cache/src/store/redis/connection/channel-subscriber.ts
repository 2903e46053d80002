import type { RedisClient } from './redis-client.js';

/**
 * A client that listens on one channel. Its failures are not reported: the command client reports
 * outages, and without messages waiters poll more often.
 */
export class ChannelSubscriber {
  readonly #client: RedisClient;
  #subscribed = false;

  /** Connects, and subscribes as soon as it is connected; the client resubscribes by itself. */
  constructor(client: RedisClient, channel: string, deliver: (message: string) => void) {
    this.#client = client;
    client.on('error', () => undefined);
    client.on('ready', () => {
      if (this.#subscribed) return;
      client.subscribe(channel, deliver).then(
        () => (this.#subscribed = true),
        () => undefined,
      );
    });
    client.connect();
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  /** Whether messages arrive at present. */
  get listening(): boolean {
    return this.#subscribed && this.#client.isReady;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  destroy(): void {
    this.#client.destroy();
  }
}
