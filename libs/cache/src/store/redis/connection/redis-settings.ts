import type { RedisClientOptions } from 'redis';

interface ClientSettings {
  /** Name of the connections, shown by `CLIENT LIST`. Default `gad-cache`. */
  readonly clientName?: string | undefined;
  /**
   * Other options of node-redis (`socket.ca`, credentials provider, …). Options on which the cache
   * relies cannot be changed: offline queue off, command timeout off, a reconnect strategy that
   * never gives up. Default: none.
   */
  readonly clientOptions?: Partial<RedisClientOptions> | undefined;
}

/** One Redis server, or a proxy or load balancer in front of one. */
export interface StandaloneSettings extends ClientSettings {
  /**
   * `redis://[[user]:password@]host[:port][/db]`, or `rediss://` for TLS; user name and password
   * are percent-encoded, and a query (`?db=3`) is rejected, because it would be ignored.
   */
  readonly url: string;
}

/** Settings whose URL is not known, such as that of a variable that is not set: no Redis. */
export interface UnsetRedis extends ClientSettings {
  readonly url?: undefined;
}

/** Where a server listens. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/**
 * A master with replicas, monitored by Redis Sentinel. The cache connects only to the master that
 * the Sentinels name, and uses a connection only after the server confirms its role.
 */
export interface SentinelSettings extends ClientSettings {
  /** All Sentinels; unavailable ones are skipped. Further Sentinels are not discovered. */
  readonly sentinels: readonly RedisNode[];
  /** The name of the master in `sentinel monitor`. Default `mymaster`. */
  readonly master?: string | undefined;
  /** User name for the master and its replicas, not for the Sentinels. Default: none. */
  readonly username?: string | undefined;
  /** Password of that user. Default: none. */
  readonly password?: string | undefined;
  /** Number of the database. Default 0. */
  readonly database?: number | undefined;
  /** TLS to the Sentinels and to the servers that they name. Default `false`. */
  readonly tls?: boolean | undefined;
  /**
   * As `clientOptions`, for the connections to the Sentinels (`username`, `password`, `socket.ca`, …).
   * Default: none.
   */
  readonly sentinelOptions?: Partial<RedisClientOptions> | undefined;
  /**
   * Maps an address that the Sentinels report to one that is reachable from this process. Default:
   * unchanged.
   */
  readonly mapAddress?: ((node: RedisNode) => RedisNode) | undefined;
}

/** How to connect to Redis. */
export type RedisSettings = StandaloneSettings | SentinelSettings;

/** The number of the database in the settings. */
export function databaseOf(settings: RedisSettings): number {
  const { database = 0 } = settings.clientOptions ?? {};
  if ('sentinels' in settings) return settings.database ?? database;
  return Number(new URL(settings.url).pathname.slice(1) || database);
}
