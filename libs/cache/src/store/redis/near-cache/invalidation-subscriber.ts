import type { Clock } from '../../../clock.js';
import type { RedisLink, RedisLinkFactory } from '../connection/redis-link.js';
import type { RedisSettings } from '../connection/redis-settings.js';

/** What a link for removal messages works with. */
export interface SubscriberParts {
  readonly settings: RedisSettings;
  readonly makeLink: RedisLinkFactory;
  readonly clock: Clock;
  readonly channels: Readonly<Record<string, (message: string) => void>>;
  /** All channels are subscribed to: whatever is published from now on will arrive. */
  readonly onListening: () => void;
  /** Messages may have been missed from some time before this on. */
  readonly onLost: () => void;
}

const RETRY_MS = 100;

/**
 * The connection on which removals are received. A connection that fails is never mended, because
 * what was published meanwhile is gone: it is closed, reported as lost, and replaced.
 * So is one that the server cuts off for reading too slowly.
 */
export class InvalidationSubscriber {
  readonly #parts: SubscriberParts;
  #link: RedisLink | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  open(): void {
    const { makeLink, settings, channels } = this.#parts;
    const link = makeLink(settings);
    this.#link = link;
    link.on('error', () => {
      if (link === this.#link) this.renew();
    });
    link.on('ready', () => {
      if (link !== this.#link) return;
      const subscriptions = Object.entries(channels).map(([channel, deliver]) =>
        link.subscribe(channel, (message) => {
          if (link === this.#link) deliver(message);
        }),
      );
      Promise.all(subscriptions).then(
        () => {
          if (link === this.#link) this.#parts.onListening();
        },
        () => {
          if (link === this.#link) this.renew();
        },
      );
    });
    link.connect();
  }

  /** Closes the connection and makes another one after a moment. */
  renew(): void {
    this.close();
    this.#parts.onLost();
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => this.open());
  }

  close(): void {
    this.#cancelRetry?.();
    this.#link?.destroy();
    this.#link = undefined;
  }
}
