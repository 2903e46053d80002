/** A value of the in-process store. */
export interface StoredText {
  readonly text: string;
  /** On the store's clock; `undefined` when it never expires. */
  readonly expiresAt: number | undefined;
}
