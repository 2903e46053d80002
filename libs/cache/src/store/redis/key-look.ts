import type { KeyContent } from '../cache-store.js';
import type { ListingParts } from './key-index/key-listing.js';
import { asList, asNumber, asText } from './replies.js';
import { LOOK } from './scripts/compiled-scripts.js';
import { KEEP_LEASES, LEASE_MARK, TOKEN_LENGTH } from './stored-formats.js';
import { untouched } from './untouched.js';

/** Bytes of a value that are read: enough to tell whether it can be read, of all but large ones. */
const MOST_BYTES = 65_536;

/** What is at a key. One script, and two commands that keep its place in the order of eviction. */
export async function lookAtKey(
  { connection, layout, withinMs }: ListingParts,
  key: string,
): Promise<KeyContent> {
  const keys = [layout.data(key), layout.index];
  const args = [key, String(MOST_BYTES)];
  const send = (): Promise<unknown> => connection.run(LOOK, keys, args, withinMs, 'always');
  const reply = asList(await untouched(connection, withinMs, send));
  const [now, ttl, bytes, found, indexed, evicted] = reply;
  const [ttlMs, text] = [asNumber(ttl), asText(found) ?? ''];
  const isLease = text.startsWith(LEASE_MARK);
  const isAbsent = ttlMs === -2 || isLease;
  return {
    text: isAbsent || asNumber(bytes) < 0 ? undefined : text,
    bytes: isAbsent ? 0 : asNumber(bytes),
    ttlMs: ttlMs < 0 || isAbsent ? null : ttlMs,
    lease: isLease ? leaseOf(text, ttlMs, Number(asText(now))) : undefined,
    indexed: indexed === '' ? undefined : indexed === '1',
    evictions: evicted === '' ? undefined : Number(asText(evicted)),
  };
}

/** `undefined` for one that was released, is over, or is a marker. */
function leaseOf(text: string, ttlMs: number, now: number): KeyContent['lease'] {
  const leftMs = Number(text.slice(LEASE_MARK.length + 1 + TOKEN_LENGTH)) - now;
  if (!(leftMs > 0)) return undefined;
  // It is kept for several times its time; both ends have come nearer by the time that it is held.
  const leaseMs = (ttlMs - leftMs) / (KEEP_LEASES - 1);
  return { heldMs: Math.max(0, leaseMs - leftMs), leftMs };
}
