import { createRequire } from 'node:module';
import type { RedisClientOptions } from 'redis';
import type { RedisSettings } from './redis-settings.js';

/** Loaded with the first link: a process on the in-process store starts without it, 0.4 s sooner. */
const nodeRedis = (): typeof import('redis') =>
  // `require` is untyped; this is the module of that name.
  createRequire(import.meta.url)('redis') as typeof import('redis');

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
  on(event: 'connect' | 'ready' | 'error', listener: (error?: unknown) => void): void;
  /** Connects, and reconnects for ever, until destroyed. */
  connect(): void;
  /** Waits for the answers on their way, then disconnects. */
  close(): Promise<void>;
  /** Disconnects at once; what was pending is rejected. */
  destroy(): void;
}

/** Makes links; handed to the store so that tests can delay, drop and reorder. */
export type RedisLinkFactory = (settings: RedisSettings) => RedisLink;

const CONNECT_TIMEOUT_MS = 1_000;
const RETRY_MS = 50;
const RETRY_JITTER_MS = 200;
const QUEUE_LENGTH = 50_000;

/** Links over node-redis. */
export const nodeRedisLink: RedisLinkFactory = (settings) => {
  const { createClient, RESP_TYPES } = nodeRedis();
  const client = createClient(clientOptions(settings));
  let destroyed = false;
  // Destroyed while its socket was still connecting, the client finishes connecting all the same
  // and then keeps a connection that nobody knows of.
  client.on('connect', () => {
    if (destroyed) client.destroy();
  });
  const bytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
  return {
    get isReady() {
      return client.isReady;
    },
    send: (command) => client.sendCommand(command),
    sendForBytes: (command) => client.sendCommand(command, bytes),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    on: (event, listener) => void client.on(event, listener),
    connect: () => {
      // Failures arrive as `error` events; this promise only ends with the client.
      client.connect().catch(() => undefined);
    },
    close: () => client.close(),
    destroy: () => {
      destroyed = true;
      client.destroy();
    },
  };
};

function clientOptions(settings: RedisSettings): RedisClientOptions {
  const given = settings.clientOptions ?? {};
  return {
    name: settings.clientName ?? 'gad-cache',
    // Redis Enterprise's maintenance pushes; the open-source server only answers with an error.
    maintNotifications: 'disabled',
    // `CLIENT SETINFO` is Redis 7.2's: an error on older servers, and a right more to grant.
    disableClientInfo: true,
    ...given,
    url: settings.url,
    // A command that cannot be sent now is a miss now, not a surprise later.
    disableOfflineQueue: true,
    commandsQueueMaxLength: given.commandsQueueMaxLength ?? QUEUE_LENGTH,
    // The client's own timeout costs an AbortSignal per command and ends at the socket write, so
    // it bounds neither the work nor a frozen server; the connection has its own deadlines.
    commandOptions: { ...given.commandOptions, timeout: 0 },
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...given.socket,
      // Never `false`: a client that gives up never comes back (its default does, after a
      // socket timeout).
      reconnectStrategy: () => RETRY_MS + Math.random() * RETRY_JITTER_MS,
    },
  };
}
