import { CacheOptionsError, checkedRedisSettings } from '@gad/cache';
import type { RedisSettings } from '@gad/cache';
import { hostInUrl } from '@gad/cache/store';
import type { Environment } from './environment.js';
import { ConfigurationError } from './parse-environment.js';

/** The ways to name a Redis; one of them, or none. */
const PLACES = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_HOST', 'REDIS_CLUSTER'] as const;

/** The variable that names the server; `undefined` = none does. */
export const redisVariable = (env: Environment): (typeof PLACES)[number] | undefined =>
  PLACES.find((name) => env[name] !== undefined);

/** Where Redis is; `undefined` = nowhere, the in-process store serves. */
export function redisSettings(env: Environment): RedisSettings | undefined {
  const [place, other] = PLACES.filter((name) => env[name] !== undefined);
  if (place !== undefined && other !== undefined) {
    throw new ConfigurationError(
      place,
      `and ${other} are both set: keep one of them, each says by itself where Redis is`,
    );
  }
  const settings = settingsOf(env);
  return settings && checked(place ?? 'REDIS_URL', settings);
}

function settingsOf(env: Environment): RedisSettings | undefined {
  if (env.REDIS_CLUSTER !== undefined) return onCluster(env.REDIS_CLUSTER, env);
  for (const name of ['REDIS_CLUSTER_SHARDS', 'REDIS_CLUSTER_MAP'] as const) {
    if (env[name] === undefined) continue;
    throw new ConfigurationError(name, 'goes with REDIS_CLUSTER: set that too, or leave it out');
  }
  if (env.REDIS_SENTINELS !== undefined) return behindSentinel(env.REDIS_SENTINELS, env);
  return standalone(env);
}

/** What the library refuses is refused here, by the name of the variable. */
function checked(variable: string, settings: RedisSettings): RedisSettings {
  try {
    return checkedRedisSettings(settings);
  } catch (error) {
    if (!(error instanceof CacheOptionsError)) throw error;
    throw new ConfigurationError(variable, error.message.replace(/^\S+ |\.$/g, ''));
  }
}

function standalone(env: Environment): { url: string } | undefined {
  if (env.REDIS_URL !== undefined) {
    if (URL.canParse(env.REDIS_URL)) return { url: env.REDIS_URL };
    throw new ConfigurationError(
      'REDIS_URL',
      'must be a URL such as redis://:password@host:6379/0',
    );
  }
  if (env.REDIS_HOST === undefined) return undefined;
  const place = `${hostInUrl(env.REDIS_HOST)}:${String(env.REDIS_PORT ?? 6381)}/${String(env.REDIS_DB ?? 0)}`;
  const url = `${env.REDIS_TLS === 'true' ? 'rediss' : 'redis'}://${credentials(env)}${place}`;
  if (!URL.canParse(url)) {
    throw new ConfigurationError(
      'REDIS_HOST',
      'must be a host name or an address such as localhost',
    );
  }
  return { url };
}

function credentials({ REDIS_USERNAME: user = '', REDIS_PASSWORD: password }: Environment): string {
  if (password === undefined) return '';
  return `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
}

interface Node {
  readonly host: string;
  readonly port: number;
}

/** The shape was checked: a port follows the last colon, brackets stand around IPv6. */
function nodesOf(variable: string, list: string): Node[] {
  const nodes = list.split(',').map((entry) => {
    const colon = entry.lastIndexOf(':');
    const host = entry
      .slice(0, colon)
      .trim()
      .replace(/^\[|\]$/g, '');
    return { host, port: Number(entry.slice(colon + 1)) };
  });
  if (nodes.every(({ port }) => port > 0 && port < 65_536)) return nodes;
  throw new ConfigurationError(variable, 'must have ports between 1 and 65535');
}

function onCluster(list: string, env: Environment): RedisSettings {
  if ((env.REDIS_DB ?? 0) !== 0) {
    throw new ConfigurationError(
      'REDIS_DB',
      'must be 0 with REDIS_CLUSTER, because a Cluster has no other database: separate caches by CACHE_PREFIX',
    );
  }
  if (/[{}]/.test(env.CACHE_PREFIX ?? '')) {
    throw new ConfigurationError(
      'CACHE_PREFIX',
      'must have no braces with REDIS_CLUSTER, whose shards have hash tags of their own: choose one such as gad:',
    );
  }
  if (env.CACHE_LOCAL === 'true') {
    throw new ConfigurationError(
      'CACHE_LOCAL',
      'must be false with REDIS_CLUSTER, where no copies are kept in the process yet',
    );
  }
  const map = new Map(
    env.REDIS_CLUSTER_MAP?.split(',').map((pair) => {
      const [announced = '', reachable = ''] = pair.split('>');
      const [node = { host: '', port: 0 }] = nodesOf('REDIS_CLUSTER_MAP', reachable);
      return [nodesOf('REDIS_CLUSTER_MAP', announced).map(nameOf).join(), node];
    }),
  );
  return {
    cluster: {
      nodes: nodesOf('REDIS_CLUSTER', list),
      shards: env.REDIS_CLUSTER_SHARDS ?? 60,
      ...(map.size === 0 ? {} : { mapAddress: (node: Node) => map.get(nameOf(node)) ?? node }),
    },
    tls: env.REDIS_TLS === 'true',
    ...defined({ username: env.REDIS_USERNAME, password: env.REDIS_PASSWORD }),
  };
}

const nameOf = ({ host, port }: Node): string => `${host}:${port}`;

function behindSentinel(list: string, env: Environment): RedisSettings {
  const sentinels = nodesOf('REDIS_SENTINELS', list);
  const secret = {
    username: env.REDIS_SENTINEL_USERNAME,
    password: env.REDIS_SENTINEL_PASSWORD,
  };
  return {
    sentinels,
    master: env.REDIS_SENTINEL_MASTER ?? 'mymaster',
    database: env.REDIS_DB ?? 0,
    tls: env.REDIS_TLS === 'true',
    ...defined({ username: env.REDIS_USERNAME, password: env.REDIS_PASSWORD }),
    ...(secret.password === undefined ? {} : { sentinelOptions: defined(secret) }),
  };
}

/** Without the entries that are `undefined`. */
function defined(texts: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}
