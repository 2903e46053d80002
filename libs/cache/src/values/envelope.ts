/**
 * A stored value with metadata. Values without metadata are stored as plain JSON, readable in
 * `redis-cli`. The mark `\x02` begins neither JSON nor a lease.
 *
 * \x02 <id> ; <stale ms> ; <load ms> ; <codec> \n <payload>
 */
export interface Envelope {
  /** Unique id of one fill of one key, so that a refresh replaces only the entry that it read. */
  readonly id: string;
  /**
   * Milliseconds that the entry is kept after its ttl: it is fresh while its remaining life is
   * longer than this. The value is stored with the entry because readers' options differ, and
   * relative to the remaining life because clocks differ.
   */
  readonly staleMs: number;
  /**
   * How long loading took, in milliseconds: early refresh begins the sooner, the longer the load
   * takes.
   */
  readonly loadMs: number;
  /** Encoding of the payload; empty for plain JSON. */
  readonly codec: string;
  readonly payload: string;
}

/** How every envelope begins. */
export const ENVELOPE_MARK = '\x02';
/** Maximum length of a header: an id of 64 characters, two numbers and a codec of 32. */
const MAX_HEADER = 160;
const HEADER = /^([\w-]{1,64});(\d{1,15});(\d{1,15});([\w+.-]{0,32})\n/;

/** The start of the envelope with this id, which a compare-and-replace in the store compares. */
export function envelopeHead(id: string): string {
  return `${ENVELOPE_MARK}${id};`;
}

export function encodeEnvelope({ id, staleMs, loadMs, codec, payload }: Envelope): string {
  return `${envelopeHead(id)}${staleMs};${loadMs};${codec}\n${payload}`;
}

/** What makes a plain value one with this head, when it is put before it. */
export function headerOfPlain(head: string): string {
  return `${head}0;0;\n`;
}

/** `undefined` for a text that is not an envelope, `'corrupt'` for an invalid header. */
export function decodeEnvelope(text: string): Envelope | 'corrupt' | undefined {
  if (!text.startsWith(ENVELOPE_MARK)) return undefined;
  const header = HEADER.exec(text.slice(ENVELOPE_MARK.length, MAX_HEADER));
  const [whole, id, staleMs, loadMs, codec] = header ?? [];
  if (whole === undefined || id === undefined || codec === undefined) return 'corrupt';
  return {
    id,
    staleMs: Number(staleMs),
    loadMs: Number(loadMs),
    codec,
    payload: text.slice(ENVELOPE_MARK.length + whole.length),
  };
}
