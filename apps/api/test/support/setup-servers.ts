import { startPgBouncer } from '../../../../test/servers/pgbouncer-server.js';
import { startSentinels } from '../../../../test/servers/redis-sentinels.js';
import { ownDatabase, ownRedis } from '../../../../test/servers/suite-servers.js';
import { demoDatabase } from './data-folder.js';

/** The two set-ups on which the whole contract must hold. */
export const SETUPS = ['embedded', 'servers'] as const;
export type Setup = (typeof SETUPS)[number] | 'sentinel' | 'copies' | 'pooler';

/** What a set-up runs beside the API. */
export interface Servers {
  /** The API's environment variables for them. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the Redis that holds the cache at the start. */
  readonly redisUrl?: string;
  stop?(): Promise<void>;
}

/** @param wanted the variables of the API that go before those of the set-up */
export async function startServers(
  setup: Setup,
  wanted: Readonly<Record<string, string>> = {},
): Promise<Servers> {
  if (setup === 'embedded') return { variables: {} };
  const DATABASE_URL =
    wanted['DATABASE_URL'] ?? (await ('DEMO_DATA' in wanted ? ownDatabase() : demoDatabase()));
  if (setup === 'pooler') {
    const pooler = await startPgBouncer({ serverUrl: DATABASE_URL, mode: 'transaction' });
    const REDIS_URL = await ownRedis();
    const variables = { REDIS_URL, DATABASE_URL: pooler.through(DATABASE_URL) };
    return { variables, redisUrl: REDIS_URL, stop: () => pooler.stop() };
  }
  if (setup !== 'sentinel') {
    const REDIS_URL = await ownRedis();
    const copies = setup === 'copies' ? { CACHE_LOCAL: 'true' } : {};
    return { variables: { REDIS_URL, DATABASE_URL, ...copies }, redisUrl: REDIS_URL };
  }
  const set = await startSentinels({ sentinels: 1 });
  const REDIS_SENTINELS = set.nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  return {
    variables: { REDIS_SENTINELS, DATABASE_URL },
    redisUrl: set.servers[0].url,
    stop: () => set.stop(),
  };
}
