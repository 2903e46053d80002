import type { RedisClientOptions } from 'redis';

interface ClientSettings {
  /** Shown by `CLIENT LIST`. Default `gad-cache`. */
  readonly clientName?: string | undefined;
  /**
   * Anything else of node-redis (`socket.ca`, credentials provider, …). What the cache relies on —
   * offline queue off, command timeout off, a reconnect strategy that never gives up — stays set.
   */
  readonly clientOptions?: Partial<RedisClientOptions> | undefined;
}

/** One Redis server, or a proxy or balancer that stands for one. */
export interface StandaloneSettings extends ClientSettings {
  /**
   * `redis://[[user]:password@]host[:port][/db]`, or `rediss://` for TLS. User name and password are
   * percent-encoded; a query (`?db=3`) is refused, because nothing would look at it.
   */
  readonly url: string;
}

/** Where a server listens. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/**
 * A master with replicas that Redis Sentinel watches. The cache talks to the master alone: it
 * follows what the Sentinels say, and uses a connection only after they and the server agree.
 */
export interface SentinelSettings extends ClientSettings {
  /** All the Sentinels; unavailable ones are skipped. They are not discovered. */
  readonly sentinels: readonly RedisNode[];
  /** The name of the master in `sentinel monitor`. Default `mymaster`. */
  readonly master?: string | undefined;
  /** Of the master and its replicas, not of the Sentinels. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Default 0. */
  readonly database?: number | undefined;
  /** TLS to the Sentinels and to the servers that they name. Default false. */
  readonly tls?: boolean | undefined;
  /** As `clientOptions`, for the connections to the Sentinels: `username`, `password`, `socket.ca`, … */
  readonly sentinelOptions?: Partial<RedisClientOptions> | undefined;
  /** From an address that the Sentinels tell to one that can be reached from here. Default: itself. */
  readonly mapAddress?: ((node: RedisNode) => RedisNode) | undefined;
}

/** Where Redis is, and how to talk to it. */
export type RedisSettings = StandaloneSettings | SentinelSettings;

/** The number of the database that the settings choose. */
export function databaseOf(settings: RedisSettings): number {
  const { database = 0 } = settings.clientOptions ?? {};
  if ('sentinels' in settings) return settings.database ?? database;
  return Number(new URL(settings.url).pathname.slice(1) || database);
}
