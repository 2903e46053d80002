/**
 * A stored value that has to say more about itself than its text does. Everything else is stored as
 * plain JSON, readable in `redis-cli`; no JSON begins with the mark, and neither does a lease.
 *
 *   \x02 <id> ; <stale ms> ; <load ms> ; <codec> \n <payload>
 */
export interface Envelope {
  /** One filling of one key: no two have the same, so that a refresh replaces only what it read. */
  readonly id: string;
  /**
   * Milliseconds of the entry's life in the store that lie behind its ttl: it is fresh as long as
   * more than this is left. The split travels with the entry because readers' options differ, and
   * as a part of the remaining life because clocks do.
   */
  readonly staleMs: number;
  /** What loading it took, in milliseconds: early refresh begins the sooner the dearer the load. */
  readonly loadMs: number;
  /** What to undo before the payload is the serialised value; empty for plain JSON. */
  readonly codec: string;
  readonly payload: string;
}

const MARK = '\x02';
/** The longest header that is looked for: an id of 64, two numbers and a codec of 32 characters. */
const MAX_HEADER = 160;
const HEADER = /^([\w-]{1,64});(\d{1,15});(\d{1,15});([\w+.-]{0,32})\n/;

/** The beginning that only the filling `id` has: what a compare-and-replace in the store compares. */
export function envelopeHead(id: string): string {
  return `${MARK}${id};`;
}

export function encodeEnvelope({ id, staleMs, loadMs, codec, payload }: Envelope): string {
  return `${envelopeHead(id)}${staleMs};${loadMs};${codec}\n${payload}`;
}

/** `undefined` for a text that is no envelope, `'corrupt'` for one whose header makes no sense. */
export function decodeEnvelope(text: string): Envelope | 'corrupt' | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const header = HEADER.exec(text.slice(MARK.length, MAX_HEADER));
  const [whole, id, staleMs, loadMs, codec] = header ?? [];
  if (whole === undefined || id === undefined || codec === undefined) return 'corrupt';
  return {
    id,
    staleMs: Number(staleMs),
    loadMs: Number(loadMs),
    codec,
    payload: text.slice(MARK.length + whole.length),
  };
}
