import type { CacheLogger } from '../../../cache-log.js';
import type { Clock } from '../../../clock.js';
import type { RedisClientFactory } from './redis-client.js';
import type { ServerSettings } from './redis-settings.js';

/** Collaborators of a connection. */
export interface ConnectionParts {
  readonly settings: ServerSettings;
  readonly makeClient: RedisClientFactory;
  readonly clock: Clock;
  readonly logger: CacheLogger;
  /** Milliseconds within which the store must answer a probe to be used. */
  readonly deadlineMs: number;
  /** Channel on which ended leases are published. */
  readonly channel: string;
}
