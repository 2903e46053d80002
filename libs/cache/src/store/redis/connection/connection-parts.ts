import type { CacheLogger } from '../../../cache-log.js';
import type { Clock } from '../../../clock.js';
import type { RedisLinkFactory } from './redis-link.js';
import type { RedisSettings } from './redis-settings.js';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly settings: RedisSettings;
  readonly makeLink: RedisLinkFactory;
  readonly clock: Clock;
  readonly logger: CacheLogger;
  /** Milliseconds within which the store has to answer to be worth asking. */
  readonly deadlineMs: number;
  /** Channel on which leases that ended are announced. */
  readonly channel: string;
}
