import { CacheOptionsError } from '@gad/cache';
import { isDatabaseUnavailable } from './database/unavailable.js';
import { reasonOf } from './database/database-cause.js';
import { describeError } from './logging/safe-error.js';

/** What the operator reads when a program fails to start: a stack only for unexpected errors. */
export function startFailure(error: unknown): string {
  if (error instanceof Error && 'variable' in error) return error.message;
  if (error instanceof CacheOptionsError) return byVariables(error.message);
  if (isDatabaseUnavailable(error)) {
    return `DATABASE_URL: ${error.detail.replace('; try again.', '')} (${reasonOf(error.cause)}).`;
  }
  return describeError(error);
}

/** What the cache found only when it connected, by the names of the variables. */
function byVariables(sentence: string): string {
  return sentence
    .replaceAll('redis.cluster.shards', 'REDIS_CLUSTER_SHARDS')
    .replaceAll('redis.cluster', 'REDIS_CLUSTER')
    .replaceAll('redis.url', 'REDIS_URL');
}
