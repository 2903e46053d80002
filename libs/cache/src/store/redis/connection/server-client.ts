import type { RedisClientOptions, RedisClientType } from 'redis';
import type { RedisClient } from './redis-client.js';

type NodeRedis = typeof import('redis');

let loaded: { readonly redis: NodeRedis; readonly template: RedisClientType } | undefined;

/**
 * Loads node-redis: before the first client and not before, so that a process with the in-process
 * store starts 0.4 s sooner. Bundlers follow an `import()`. `createClient` builds a class of some
 * hundred commands whenever its options differ from the last ones (25 ms of CPU time, just when an
 * outage requires a new client); duplicates of a client share its class.
 */
export async function loadNodeRedis(): Promise<void> {
  if (loaded !== undefined) return;
  const redis = await import('redis');
  // The type of a client names its modules; none of them is used here.
  const template = redis.createClient() as unknown as RedisClientType;
  loaded = { redis, template };
}

const CONNECT_TIMEOUT_MS = 1_000;
const RETRY_MS = 50;
const RETRY_JITTER_MS = 200;
const QUEUE_LENGTH = 50_000;

/**
 * A client of one server, over node-redis.
 *
 * @throws Error before `loadNodeRedis` has resolved
 */
export function serverClient(options: Partial<RedisClientOptions>): RedisClient {
  if (loaded === undefined) {
    throw new Error('node-redis is not loaded: await nodeRedisClient.load().');
  }
  const { redis, template } = loaded;
  const client = template.duplicate(clientOptions(options));
  let destroyed = false;
  // A client destroyed while its socket is connecting still finishes connecting and then keeps a
  // connection without an owner.
  client.on('connect', () => {
    if (destroyed) client.destroy();
  });
  const bytes = { typeMapping: { [redis.RESP_TYPES.BLOB_STRING]: Buffer } };
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
}

function clientOptions(given: Partial<RedisClientOptions>): RedisClientOptions {
  return {
    // Redis Enterprise's maintenance pushes; the open-source server only answers with an error.
    maintNotifications: 'disabled',
    // `CLIENT SETINFO` is Redis 7.2's: an error on older servers, and one more permission to grant.
    disableClientInfo: true,
    ...given,
    // A command that cannot be sent now must fail now and not be sent later.
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
