import { CacheOptionsError } from '../../../cache-errors.js';
import type { RedisSettings } from '../connection/redis-settings.js';
import { faultOfTemplate } from './places.js';

/** @throws CacheOptionsError for what is no list of templates */
export function checkedPlaces(places: unknown = []): readonly string[] {
  const listed: readonly unknown[] | undefined = Array.isArray(places) ? places : undefined;
  const fault = listed?.map(faultOfTemplate).find((each) => each !== undefined);
  if (listed !== undefined && fault === undefined) return listed as readonly string[]; // all texts
  const rule = fault ?? "must be a list such as ['stats:user:*']";
  throw new CacheOptionsError(
    'places',
    `${fault === undefined ? 'places' : 'each of places'} ${rule}.`,
  );
}

type Fault = readonly [found: boolean, option: string, sentence: string];

/** What a Cluster does not go with. */
export function clusterFaults(
  options: { readonly prefix?: string | undefined; readonly local?: unknown },
  redis: RedisSettings | undefined,
): readonly Fault[] {
  if (redis === undefined || !('cluster' in redis)) return [];
  return [
    [
      /[{}]/.test(options.prefix ?? ''),
      'prefix',
      'prefix must have no braces on a Cluster, whose shards have hash tags of their own: choose one such as shop:.',
    ],
    [
      options.local !== undefined,
      'local',
      'local must be left out on a Cluster, where no copies are kept in the process yet.',
    ],
  ];
}
