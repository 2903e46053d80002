import type { RedisNode } from '../connection/redis-settings.js';

/** A range of slots that a master claims, with the configuration epoch of the claim. */
export interface Claim {
  readonly id: string;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
}

/** What one node says of the Cluster. */
export interface ClusterView {
  /** Where nodes listen, by their ids; replicas and failed nodes included. */
  readonly addresses: ReadonlyMap<string, RedisNode>;
  readonly claims: readonly Claim[];
  /** Ids of masters that have a replica. */
  readonly followed: ReadonlySet<string>;
  /** Ids of the masters from which the node that was asked imports a slot, by the slot. */
  readonly imports: ReadonlyMap<number, string>;
}

/**
 * Reads an answer to `CLUSTER NODES`: a line for each node, with
 * `id ip:port@bus[,hostname] flags master ping pong epoch state slot…`. A slot is `7`, `0-99`, or
 * `[7-<-id]` for an import.
 *
 * @param asked where the node was asked, for one that does not know its own address
 */
export function viewOf(text: string, asked: RedisNode): ClusterView {
  const addresses = new Map<string, RedisNode>();
  const claims: Claim[] = [];
  const imports = new Map<number, string>();
  const followed = new Set<string>();
  for (const line of text.split('\n')) {
    const [id = '', where = '', flags = '', master = '', , , epoch, , ...slots] = line
      .trim()
      .split(' ');
    const marks = flags.split(',');
    if (id === '' || marks.includes('handshake') || marks.includes('noaddr')) continue;
    const address = addressOf(where, asked);
    if (address !== undefined) addresses.set(id, address);
    followed.add(master);
    for (const slot of slots) {
      const imported = /^\[(\d+)-<-(\w+)\]$/.exec(slot);
      if (imported !== null) imports.set(Number(imported[1]), imported[2] ?? '');
      if (slot.startsWith('[') || !marks.includes('master')) continue;
      const [first = 0, last = first] = slot.split('-').map(Number);
      claims.push({ id, epoch: Number(epoch), first, last });
    }
  }
  return { addresses, claims, followed, imports };
}

/** The address as it is announced; IPv6 has colons of its own. */
function addressOf(where: string, asked: RedisNode): RedisNode | undefined {
  const [place = ''] = where.split('@');
  const colon = place.lastIndexOf(':');
  const port = Number(place.slice(colon + 1));
  if (colon === -1 || !(port > 0)) return undefined;
  return { host: place.slice(0, colon).replace(/^\[|\]$/g, '') || asked.host, port };
}
