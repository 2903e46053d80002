import type { RedisLink } from './redis-link.js';

/**
 * A link that listens on one channel. Its failures are not reported: the command link reports
 * outages, and without messages waiters poll more often.
 */
export class MessageLink {
  readonly #link: RedisLink;
  #subscribed = false;

  /** Connects, and subscribes as soon as it is connected; the client resubscribes by itself. */
  constructor(link: RedisLink, channel: string, deliver: (message: string) => void) {
    this.#link = link;
    link.on('error', () => undefined);
    link.on('ready', () => {
      if (this.#subscribed) return;
      link.subscribe(channel, deliver).then(
        () => (this.#subscribed = true),
        () => undefined,
      );
    });
    link.connect();
  }

  get isReady(): boolean {
    return this.#link.isReady;
  }

  /** Whether messages arrive at present. */
  get listening(): boolean {
    return this.#subscribed && this.#link.isReady;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  destroy(): void {
    this.#link.destroy();
  }
}
