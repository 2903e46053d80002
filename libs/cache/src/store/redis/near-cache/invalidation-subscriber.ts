import type { Clock } from '../../../clock.js';
import type { RedisLink, RedisLinkFactory } from '../connection/redis-link.js';
import type { RedisSettings } from '../connection/redis-settings.js';

/** Collaborators of the subscriber. */
export interface SubscriberParts {
  readonly settings: RedisSettings;
  readonly makeLink: RedisLinkFactory;
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

  /** Closes the connection and creates another after a short pause. */
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
