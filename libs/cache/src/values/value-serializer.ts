/**
 * Converts values to bytes and back, instead of JSON: msgpack, CBOR, protobuf, and so on. Stored
 * values name their serializer, so one can be introduced while values of another are still in the
 * store: JSON can always be read, and a value in an unknown format is a miss that is not removed.
 *
 * After Keyv's and bentocache's serializer option; unlike theirs, the name is stored with the
 * value.
 */
export interface ValueSerializer {
  /** Names the format in stored values: 1..15 lower-case letters, digits, `-` or `.`. Not `json`. */
  readonly name: string;
  /** May throw for a value that it cannot represent; that value is then returned and not stored. */
  serialize(value: unknown): Uint8Array;
  /** Must restore the value, as a new object each time, and throw for invalid bytes. */
  deserialize(bytes: Uint8Array): unknown;
}
