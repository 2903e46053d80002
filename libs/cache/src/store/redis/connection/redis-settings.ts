import type { RedisClientOptions } from 'redis';

interface ClientSettings {
  /**
   * `declared` for servers that refuse a script a key which it does not declare (Dragonfly, ElastiCache
   * Serverless): a removal by pattern reads the index first and then removes by name, two calls in place
   * of one. Default: as is cheapest; on a Cluster always `declared`.
   */
  readonly scripts?: 'declared' | undefined;
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

/** A host as it stands in a URL: IPv6 in brackets. */
export const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Number of shards without a setting: divisible by 1 to 6, 10, 12, 15, 20 and 30 masters. */
export const DEFAULT_SHARDS = 60;

/** Nodes of a Redis Cluster, from which the others are learned. */
export interface ClusterNodes {
  /** Some of its nodes; unavailable ones are skipped. */
  readonly nodes: readonly RedisNode[];
  /**
   * Into how many shards the cache is divided, for the life of its prefix: 1 to 1,024. Default 60.
   */
  readonly shards?: number | undefined;
  /**
   * Maps an address that the nodes announce to one that is reachable from this process. Default:
   * unchanged.
   */
  readonly mapAddress?: ((node: RedisNode) => RedisNode) | undefined;
}

/**
 * A Redis or Valkey Cluster, whose masters share the keys. Only masters are used, and a connection
 * only after its server has taken a write to the slot.
 */
export interface ClusterSettings extends ClientSettings {
  readonly cluster: ClusterNodes;
  /** User name for all nodes. Default: none. */
  readonly username?: string | undefined;
  /** Password of that user. Default: none. */
  readonly password?: string | undefined;
  /** TLS to all nodes. Default `false`. */
  readonly tls?: boolean | undefined;
}

/** How to connect to one server at a time. */
export type ServerSettings = StandaloneSettings | SentinelSettings;

/** How to connect to Redis. */
export type RedisSettings = ServerSettings | ClusterSettings;

/** The number of the database in the settings. */
export function databaseOf(settings: RedisSettings): number {
  const { database = 0 } = settings.clientOptions ?? {};
  if ('cluster' in settings) return 0;
  if ('sentinels' in settings) return settings.database ?? database;
  return Number(new URL(settings.url).pathname.slice(1) || database);
}
