import type { RedisClientOptions } from 'redis';

/** Where Redis is, and how to talk to it. */
export interface RedisSettings {
  /** `redis://[[user]:password@]host[:port][/db]`, or `rediss://` for TLS. */
  readonly url: string;
  /** Shown by `CLIENT LIST`. Default `gad-cache`. */
  readonly clientName?: string | undefined;
  /**
   * Anything else of node-redis (`socket.ca`, credentials provider, …). What the cache relies on —
   * offline queue off, command timeout off, a reconnect strategy that never gives up — stays set.
   */
  readonly clientOptions?: Partial<RedisClientOptions> | undefined;
}
