/** Slots of a Redis Cluster. */
export const SLOTS = 16_384;

/** CRC16-CCITT (XModem), by byte: how a Cluster maps names to slots. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc;
});

/** The slot of all names with this hash tag. */
export function slotOf(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc = ((crc << 8) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] ?? 0)) & 0xffff;
  }
  return crc % SLOTS;
}

/** The tag that every table has, so that caches with different numbers of shards meet. */
const COMMON = '0';

/**
 * Hash tags for so many shards, evenly over the slots: the n-th lies in the middle half of the n-th of
 * equal shares, so that masters whose ranges are cut a little differently have equally many.
 */
export function shardTags(count: number): readonly string[] {
  const share = SLOTS / count;
  const tags = new Map([[Math.floor(slotOf(COMMON) / share), COMMON]]);
  for (let candidate = 1; tags.size < count; candidate++) {
    const tag = candidate.toString(36);
    const at = slotOf(tag) / share;
    const within = at - Math.floor(at);
    if (within > 1 / 4 && within < 3 / 4 && !tags.has(Math.floor(at)))
      tags.set(Math.floor(at), tag);
  }
  return Array.from({ length: count }, (_, n) => tags.get(n) ?? COMMON);
}

/** Which of `count` shards a text belongs to: FNV-1a, with the finish of MurmurHash3. */
export function shardOf(text: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
