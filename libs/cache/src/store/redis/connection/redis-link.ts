import type { RedisSettings } from './redis-settings.js';

/** A command: its name and arguments. */
export type Command = readonly (string | Buffer)[];

/** What the store needs of a Redis client; narrow, so that a test can stand between. */
export interface RedisLink {
  /** The link is connected and past its handshake. */
  readonly isReady: boolean;
  /** Queues a command; commands of one link reach the server in the order of the calls. */
  send(command: Command): Promise<unknown>;
  /** As `send`, with strings answered as bytes. */
  sendForBytes(command: Command): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  /** `connect`: the transport is there, the handshake not yet. */
  on(event: LinkEvent, listener: (error?: unknown) => void): void;
  /** Connects, and reconnects for ever, until destroyed. */
  connect(): void;
  /** Waits for the answers on their way, then disconnects. */
  close(): Promise<void>;
  /** Disconnects at once; what was pending is rejected. */
  destroy(): void;
}

/** What a link tells about itself. */
export type LinkEvent = 'connect' | 'ready' | 'error';

/** Makes links; handed to the store so that tests can delay, drop and reorder. */
export type RedisLinkFactory = (settings: RedisSettings) => RedisLink;
