import { isIP, SocketAddress } from 'node:net';

/** `[v6]`, `[v6]:port`, `v4:port`; a port may be obfuscated (RFC 7239 §6.3). */
const BRACKETED = /^\[([^[\]]*)\](?::(?:\d{1,5}|_[\w.-]+))?$/;
const WITH_PORT = /^(\d[\d.]*):(?:\d{1,5}|_[\w.-]+)$/;
const MAPPED_IPV4 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/;

/** Longer than any address with brackets, zone and port. */
const MAX_LENGTH = 128;

/**
 * Reads one address as proxies write it: IPv4, or IPv6 with or without brackets and zone, with or
 * without a port, quoted or not.
 *
 * @returns the address alone, in one spelling (lower case, zeros compressed, an IPv4 address that is
 *   mapped into IPv6 as IPv4); `undefined` for anything else
 */
export function parseAddress(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const bare = unquoted(text.trim());
  const bracketed = BRACKETED.exec(bare)?.[1];
  if (bracketed !== undefined) return isIP(bracketed) === 4 ? undefined : canonical(bracketed);
  return canonical(WITH_PORT.exec(bare)?.[1] ?? bare);
}

function canonical(text: string): string | undefined {
  const version = isIP(text);
  if (version === 4) return text;
  if (version !== 6) return undefined;
  const [address = ''] = text.split('%');
  const spelled = new SocketAddress({ address, family: 'ipv6' }).address;
  return MAPPED_IPV4.exec(spelled)?.[1] ?? spelled;
}

/** RFC 9110 §5.6.4: a quoted text, in which a backslash stands before the character it means. */
function unquoted(text: string): string {
  if (!/^".*"$/s.test(text) || text.length < 2) return text;
  return text.slice(1, -1).replace(/\\(.)/gs, '$1');
}
