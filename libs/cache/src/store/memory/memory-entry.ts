import { ENVELOPE_MARK, headerOfPlain } from '../../values/envelope.js';

/** A value of the in-process store. */
export interface StoredText {
  readonly text: string;
  /** On the store's clock; `undefined` when it never expires. */
  readonly expiresAt: number | undefined;
}

/** What there is of an absent key. */
export const ABSENT = { ttlMs: null, bytes: 0 } as const;

/** A clock of waits for calls that answer at once. */
export const AT_ONCE = { now: (): number => 0 };

const ENTRY_OVERHEAD_BYTES = 64;

/** Bytes that an entry takes, two for each character. */
export function bytesOf(key: string, text: string): number {
  return ENTRY_OVERHEAD_BYTES + 2 * (key.length + text.length);
}

/** A plain value as one with this head; `undefined` for any other. */
export function withHead(entry: StoredText | undefined, head: string): StoredText | undefined {
  if (entry === undefined || entry.text.startsWith(ENVELOPE_MARK)) return undefined;
  return { ...entry, text: headerOfPlain(head) + entry.text };
}
