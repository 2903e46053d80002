/** A value. */
export interface StoredText {
  readonly text: string;
  /** On the store's clock; `undefined` when it never expires. */
  readonly expiresAt: number | undefined;
}

/** Somebody's right to load and to fill. */
export interface StoredLease {
  readonly token: string;
  /** Until then nobody else may start loading. */
  readonly deadline: number;
  /** Until then the holder may still fill. */
  readonly expiresAt: number;
  /** The last load yielded nothing to store: until then every caller may load, with this token. */
  readonly hitForMissUntil?: number;
}

/** What the in-process store keeps at a key. */
export type Stored = StoredText | StoredLease;

export const isText = (entry: Stored): entry is StoredText => 'text' in entry;
