interface NamedSerializer {
  /** Names the format in stored values: 1..15 lower-case letters, digits, `-` or `.`. Not `json`. */
  readonly name: string;
}

/** Converts values to bytes, which are stored in base64: msgpack, CBOR, protobuf, and so on. */
export interface BytesSerializer extends NamedSerializer {
  readonly encoding?: 'bytes' | undefined;
  /** May throw for a value that it cannot represent; that value is then returned and not stored. */
  serialize(value: unknown): Uint8Array;
  /** Must restore the value, as a new object each time, and throw for invalid bytes. */
  deserialize(bytes: Uint8Array): unknown;
}

/** Converts values to texts, which are stored as they are: superjson, devalue, and so on. */
export interface TextSerializer extends NamedSerializer {
  readonly encoding: 'text';
  /** May throw for a value that it cannot represent; that value is then returned and not stored. */
  serialize(value: unknown): string;
  /** Must restore the value, as a new object each time, and throw for an invalid text. */
  deserialize(text: string): unknown;
}

/**
 * Converts values instead of JSON, to bytes, or with `encoding: 'text'` to text. Stored values name
 * their serializer, so one can be introduced while values of another are still in the store: JSON
 * can always be read, and a value in an unknown format is a miss that is not removed. `richJson` is
 * one.
 *
 * After Keyv's and bentocache's serializer option; unlike theirs, the name is stored with the
 * value.
 */
export type ValueSerializer = BytesSerializer | TextSerializer;
