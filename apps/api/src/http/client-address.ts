import { BlockList, isIP } from 'node:net';
import { forwardedFor } from './forwarded.js';
import { parseAddress } from './parse-address.js';

/** The part of a request that shows where it comes from; Fastify's and Node's both have it. */
export interface AddressedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** The other end of a connection. */
interface Peer {
  readonly address: string;
  readonly trusted: boolean;
}

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Finds the address of the client behind trusted proxies: the last one that none of them has. What a
 * proxy names is read in every spelling; when it is no address, the client is unknown and counts as
 * that proxy. With `X-Forwarded-For` and `Forwarded` both, one of them may be the caller's own, which the
 * proxy passed on: they must name the same client, or it counts as the proxy that sent them.
 */
export class ClientAddresses {
  readonly #trusted = new BlockList();
  /** A connection has the same other end for all its requests. */
  readonly #peers = new WeakMap<object, Peer>();

  /** @param trusted addresses, networks and names as in `TRUST_PROXY` */
  constructor(trusted: readonly string[]) {
    for (const network of trusted.flatMap((entry) => NAMED[entry] ?? [entry])) this.#trust(network);
  }

  /** The client's address in one spelling; `''` when the connection is gone. */
  of({ headers, socket }: AddressedRequest): string {
    const { address: peer, trusted } = this.#peer(socket);
    if (!trusted) return peer;
    const chains = [
      ...lists(headers['x-forwarded-for'], (text) => text.split(',')),
      ...lists(headers['forwarded'], forwardedFor),
    ];
    const named = new Set(chains.map((hops) => this.#client(peer, hops)));
    const [client] = named;
    return named.size === 1 && client !== undefined ? client : peer;
  }

  #peer(socket: AddressedRequest['socket']): Peer {
    let peer = this.#peers.get(socket);
    // Without an address it is gone, or has not been asked for one in time.
    if (peer === undefined || peer.address === '') {
      const address = parseAddress(socket.remoteAddress ?? '') ?? '';
      peer = { address, trusted: this.#trusts(address) };
      this.#peers.set(socket, peer);
    }
    return peer;
  }

  /** Walks from the nearest proxy outwards, as long as each is trusted and names an address. */
  #client(peer: string, hops: readonly string[]): string {
    let client = peer;
    for (let at = hops.length - 1; at >= 0 && this.#trusts(client); at -= 1) {
      const named = parseAddress(hops[at] ?? '');
      if (named === undefined) return client;
      client = named;
    }
    return client;
  }

  #trust(network: string): void {
    const [text = '', bits] = network.split('/');
    const address = parseAddress(text) ?? text;
    const ipv4 = isIP(address) === 4;
    const own = ipv4 ? 32 : 128;
    // A network of IPv4 addresses mapped into IPv6 counts its bits from there.
    const mapped = ipv4 && text.includes(':') ? 96 : 0;
    const prefix = bits === undefined ? own : Math.max(0, Number(bits) - mapped);
    this.#trusted.addSubnet(address, prefix, ipv4 ? 'ipv4' : 'ipv6');
  }

  #trusts(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}

/** The list in a header, if there is one. Node joins a header that comes more than once. */
function lists(
  header: string | string[] | undefined,
  split: (text: string) => readonly string[],
): (readonly string[])[] {
  if (header === undefined) return [];
  return [split(typeof header === 'string' ? header : header.join(','))];
}
