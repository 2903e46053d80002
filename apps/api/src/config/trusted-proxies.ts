import { isIP } from 'node:net';
import { ConfigurationError } from './parse-environment.js';

/** Ranges that have a name of their own. */
const NAMED = ['loopback', 'linklocal', 'uniquelocal'];

/**
 * The proxies whose `X-Forwarded-*` headers are believed, as addresses and networks. There is no
 * way to trust every address: the caller would choose the address that the rate limits count by.
 *
 * @throws ConfigurationError
 */
export function trustedProxies(list: string | undefined): readonly string[] {
  if (list === undefined) return [];
  const proxies = list.split(',').map((entry) => entry.trim());
  if (proxies.every((entry) => NAMED.includes(entry) || isNetwork(entry))) return proxies;
  throw new ConfigurationError(
    'TRUST_PROXY',
    'must be a comma-separated list of addresses and networks such as 10.0.0.0/8, or loopback, linklocal or uniquelocal',
  );
}

function isNetwork(entry: string): boolean {
  const [address = '', bits, more] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  if (bits === undefined) return true;
  // A network of no bits is every address, and so is one of all IPv4 addresses mapped into IPv6.
  const least = /^::ffff:/i.test(address) ? 97 : 1;
  const most = version === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= least && Number(bits) <= most;
}
