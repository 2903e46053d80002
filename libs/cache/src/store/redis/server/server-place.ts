import type { ServerPlace } from '../../store-server.js';
import type { ServerSettings } from '../connection/redis-settings.js';
import { databaseOf } from '../connection/redis-settings.js';

/** A server as a cache needs it; nothing is written to its disk. */
const STARTED_WITH = "--maxmemory 256mb --maxmemory-policy allkeys-lru --save ''";

/** How an operator reaches the server of these settings. */
export function placeOf(settings: ServerSettings): ServerPlace {
  const database = databaseOf(settings);
  const numbered = database === 0 ? '' : ` -n ${database}`;
  const user = userOf(settings);
  if ('sentinels' in settings) {
    const [{ host, port } = { host: 'localhost', port: 26_379 }] = settings.sentinels;
    const { master = 'mymaster', tls = false } = settings;
    const secure = tls ? ' --tls' : '';
    const asked = `redis-cli -h ${shellWord(host)} -p ${port}${secure} SENTINEL GET-MASTER-ADDR-BY-NAME ${shellWord(master)}`;
    const cli = `redis-cli -h $(${asked} | xargs printf '%s -p %s')${secure}${numbered}`;
    return { cli, start: undefined, user, database };
  }
  const { hostname, port, protocol } = new URL(settings.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = port === '' ? '6379' : port;
  const secure = protocol === 'rediss:' ? ' --tls' : '';
  const cli = `redis-cli -h ${shellWord(host)} -p ${at}${secure}${numbered}`;
  return { cli, start: `redis-server --port ${at} ${STARTED_WITH}`, user, database };
}

function userOf(settings: ServerSettings): string {
  const given =
    'sentinels' in settings
      ? settings.username
      : decodeURIComponent(new URL(settings.url).username);
  const named = given === '' ? undefined : given;
  return named ?? settings.clientOptions?.username ?? 'default';
}

/** A text as one word of a shell's command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
