import type { ServerSettings } from './redis-settings.js';

/** A command: its name and arguments. */
export type Command = readonly (string | Buffer)[];

/** The part of a Redis client that the store uses; narrow, so that tests can wrap it. */
export interface RedisClient {
  /** The client is connected and past its handshake. */
  readonly isReady: boolean;
  /** The connection, by identity, where clients share one. Absent where none does. */
  readonly connection?: object | undefined;
  /** Queues a command; commands of one client reach the server in the order of the calls. */
  send(command: Command): Promise<unknown>;
  /** As `send`, with strings answered as bytes. */
  sendForBytes(command: Command): Promise<unknown>;
  /**
   * Sends a command to the node to which an owner's ASK sends it, once, with strings answered as bytes;
   * rejects where no known node is named. Absent where there are no slots.
   */
  ask?(refusal: unknown, command: Command): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  /** `connect`: the transport is connected, before the handshake. */
  on(event: ClientEvent, listener: (error?: unknown) => void): void;
  /** Connects, and reconnects for ever, until destroyed. */
  connect(): void;
  /** Waits for pending answers, then disconnects. */
  close(): Promise<void>;
  /** Disconnects at once and rejects pending commands. */
  destroy(): void;
}

/** Events of a client. */
export type ClientEvent = 'connect' | 'ready' | 'error';

/** Creates clients; injected so that tests can delay, drop and reorder commands. */
export interface RedisClientFactory {
  (settings: ServerSettings): RedisClient;
  /** Loads the client's package. Awaited before the first client of a connection. */
  load?(): Promise<void>;
}
