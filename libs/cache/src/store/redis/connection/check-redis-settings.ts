import { isIP } from 'node:net';
import type { RedisClientOptions } from 'redis';
import { CacheOptionsError } from '../../../cache-errors.js';
import type { OptionKinds } from '../../../option-checks.js';
import { assertKnown, CHECKED } from '../../../option-checks.js';
import type {
  ClusterNodes,
  ClusterSettings,
  RedisNode,
  RedisSettings,
  SentinelSettings,
  StandaloneSettings,
} from './redis-settings.js';

/** What Sentinel accepts as the name of a master. */
const MASTER_NAME = /^[A-Za-z0-9._-]+$/;
/** Underscores are no host names, but container networks use them. */
const HOST_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** What `CLIENT SETNAME` accepts; another name would be refused at each connection. */
const CLIENT_NAME = /^[!-~]+$/;
/** The setting `databases` of a server is a 32-bit number. */
const MOST_DATABASES = 2 ** 31;

/**
 * Messages never repeat the rejected value, because an address may contain a password.
 *
 * @throws CacheOptionsError the message names the option and the fix
 */
export function checkedRedisSettings(settings: RedisSettings): RedisSettings {
  // Untyped callers and environment variables may pass any value.
  const given = settings as Given<AllSettings> | null;
  check(
    typeof given === 'object' && given !== null,
    '',
    "must be an object such as { url: 'redis://host:6379/0' }, or left out for the in-process store",
  );
  assertRedisNames(given);
  checkClient(given);
  if (given.cluster !== undefined) checkCluster(given);
  else if (given.sentinels === undefined) checkServer(given);
  else checkSentinels(given);
  return settings;
}

/** @throws CacheOptionsError when there is an option that does not exist */
export function assertRedisNames(settings: object): void {
  assertKnown(settings, REDIS_OPTIONS, 'redis', (name) =>
    name === 'host' || name === 'port' ? `: redis.url has it, ${EXAMPLE}.` : undefined,
  );
}

const EXAMPLE = 'as in redis://user:password@host:6379/0';

type AllSettings = SentinelSettings & StandaloneSettings & ClusterSettings;

const REDIS_OPTIONS: OptionKinds<AllSettings> = {
  url: CHECKED,
  clientName: CHECKED,
  clientOptions: CHECKED,
  scripts: CHECKED,
  sentinels: CHECKED,
  master: CHECKED,
  username: CHECKED,
  password: CHECKED,
  database: CHECKED,
  tls: CHECKED,
  sentinelOptions: CHECKED,
  mapAddress: CHECKED,
  cluster: CHECKED,
};

const CLUSTER_OPTIONS: OptionKinds<ClusterNodes> = {
  nodes: CHECKED,
  shards: CHECKED,
  mapAddress: CHECKED,
};
const MOST_SHARDS = 1_024;

function checkCluster(settings: Given<AllSettings>): void {
  for (const option of ['url', 'sentinels'] as const) {
    check(
      settings[option] === undefined,
      option,
      'and redis.cluster are both set: keep one of them, each says by itself where Redis is',
    );
  }
  const { database, clientOptions, cluster, username, password, tls } = settings;
  const { database: other } = (clientOptions ?? {}) as Given<RedisClientOptions>; // an object
  check(
    (database ?? 0) === 0 && (other ?? 0) === 0,
    'database',
    'must be left out with redis.cluster, because a Cluster has database 0 alone: keep caches apart by their prefixes',
  );
  for (const option of ['master', 'sentinelOptions', 'mapAddress'] as const) {
    check(settings[option] === undefined, option, 'goes with redis.sentinels only');
  }
  check(
    typeof cluster === 'object' && cluster !== null,
    'cluster',
    "must be an object such as { nodes: [{ host: 'redis-1', port: 6379 }] }",
  );
  assertKnown(cluster, CLUSTER_OPTIONS, 'redis.cluster');
  const { nodes, shards = 1, mapAddress } = cluster as Given<ClusterNodes>; // of whatever fields
  check(
    Array.isArray(nodes) && nodes.length > 0 && nodes.every(isNode),
    'cluster.nodes',
    'must list at least one node, each as { host, port }: a name or an address without brackets, and a number',
  );
  check(
    Number.isSafeInteger(shards) && Number(shards) >= 1 && Number(shards) <= MOST_SHARDS,
    'cluster.shards',
    `must be a whole number from 1 to ${MOST_SHARDS}`,
  );
  check(
    mapAddress === undefined || typeof mapAddress === 'function',
    'cluster.mapAddress',
    'must be a function of { host, port }',
  );
  for (const [option, text] of Object.entries({ username, password })) {
    check(text === undefined || typeof text === 'string', option, 'must be text');
  }
  check(tls === undefined || typeof tls === 'boolean', 'tls', 'must be true or false');
}

function checkServer(settings: Given<SentinelSettings & StandaloneSettings>): void {
  const { url, clientOptions } = settings;
  for (const option of ['master', 'username', 'password', 'database', 'tls'] as const) {
    check(
      settings[option] === undefined,
      option,
      `goes with redis.sentinels only; the URL has it, ${EXAMPLE}`,
    );
  }
  checkAddress(url, clientOptions);
}

type Given<T> = { readonly [Option in keyof T]?: unknown };

function checkClient({ clientName, clientOptions, scripts }: Given<StandaloneSettings>): void {
  const isKnown = scripts === undefined || scripts === 'declared';
  check(isKnown, 'scripts', "must be 'declared', or left out");
  check(
    clientName === undefined || isText(clientName, CLIENT_NAME),
    'clientName',
    'must be text without white space',
  );
  checkClientOptions('clientOptions', clientOptions);
}

function checkAddress(given: unknown, clientOptions: unknown): void {
  const option = 'url';
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
  check(
    url?.protocol === 'redis:' || url?.protocol === 'rediss:',
    option,
    'must be a URL such as redis://:password@host:6379/0 or rediss://host:6380',
  );
  check(
    !/[\0-\x20]/.test(String(given)),
    option,
    'must hold no white space: a space in its password is %20',
  );
  check(
    isHost(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    option,
    'must name its host, as in redis://host:6379/0',
  );
  check(url.port !== '0', option, 'must have a port between 1 and 65535');
  check(
    isDecodable(url.username) && isDecodable(url.password),
    option,
    'must have a % of its user name or password written as %25',
  );
  check(
    /^\/?$|^\/\d+$/.test(url.pathname) && isDatabase(Number(url.pathname.slice(1))),
    option,
    'must end with the number of its database, as in redis://host:6379/0, or with its port',
  );
  check(
    url.search === '' && url.hash === '',
    option,
    'must have nothing after its database, because no ? or # is looked at: further settings belong into redis.clientOptions',
  );
  const { tls } = ((clientOptions as Partial<RedisClientOptions> | undefined)?.socket ??
    {}) as Given<{ tls: boolean }>; // checked above to be an object
  check(
    tls === undefined || tls === (url.protocol === 'rediss:'),
    'clientOptions',
    'must leave socket.tls out: redis:// is without TLS, rediss:// with it',
  );
}

function checkSentinels(settings: Given<SentinelSettings & StandaloneSettings>): void {
  check(
    settings.url === undefined,
    'url',
    'and redis.sentinels are both set: keep one of them, the Sentinels name the master',
  );
  const { sentinels, master, username, password, database, tls, mapAddress } = settings;
  check(
    Array.isArray(sentinels) && sentinels.length > 0 && sentinels.every(isNode),
    'sentinels',
    'must list at least one Sentinel, each as { host, port }: a name or an address without brackets, and a number',
  );
  check(
    master === undefined || isText(master, MASTER_NAME),
    'master',
    'must be the name that `sentinel monitor` gives the master, such as mymaster',
  );
  for (const [option, text] of Object.entries({ username, password })) {
    check(text === undefined || typeof text === 'string', option, 'must be text');
  }
  check(
    database === undefined || isDatabase(database),
    'database',
    'must be a whole number, 0 or more',
  );
  check(tls === undefined || typeof tls === 'boolean', 'tls', 'must be true or false');
  check(
    mapAddress === undefined || typeof mapAddress === 'function',
    'mapAddress',
    'must be a function of { host, port }',
  );
  checkClientOptions('sentinelOptions', settings.sentinelOptions);
}

function checkClientOptions(option: string, given: unknown): void {
  if (given === undefined) return;
  check(typeof given === 'object' && given !== null, option, 'must be an object');
  const { url, socket, database } = given as Given<RedisClientOptions>; // an object
  check(url === undefined, option, 'must have no url: redis says where the servers are');
  check(
    socket === undefined || (typeof socket === 'object' && socket !== null),
    option,
    'must have an object as its socket',
  );
  check(
    database === undefined || isDatabase(database),
    option,
    'must have a whole number, 0 or more, as its database',
  );
}

function isNode(candidate: unknown): boolean {
  const { host, port } = (candidate ?? {}) as Given<RedisNode>; // of whatever fields
  return typeof host === 'string' && isHost(host) && isPort(port);
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || HOST_NAME.test(text);
}

function isPort(port: unknown): boolean {
  return Number.isSafeInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

function isDatabase(database: unknown): boolean {
  return (
    Number.isSafeInteger(database) && Number(database) >= 0 && Number(database) < MOST_DATABASES
  );
}

function isText(text: unknown, shape: RegExp): boolean {
  return typeof text === 'string' && shape.test(text);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** @param option of `redis`; empty for all of it */
function check(holds: boolean, option: string, rule: string): asserts holds {
  if (holds) return;
  const name = option === '' ? 'redis' : `redis.${option}`;
  throw new CacheOptionsError(name, `${name} ${rule}.`);
}
