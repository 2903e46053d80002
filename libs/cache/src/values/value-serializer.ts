/**
 * Turns values into bytes and back, in place of JSON: msgpack, CBOR, protobuf, … Stored values name
 * their serializer, so one can be introduced while values of another are still in the store: JSON is
 * always understood, and what nobody here understands is a miss that is left where it is.
 *
 * After Keyv's and bentocache's serializer option; unlike theirs the name travels with the value.
 */
export interface ValueSerializer {
  /** Names the format in stored values: 1..15 lower-case letters, digits, `-` or `.`. Not `json`. */
  readonly name: string;
  /** May throw for a value that it cannot hold; that value is then returned and not stored. */
  serialize(value: unknown): Uint8Array;
  /** Must give back what it makes of a value, anew each time, and throw for what is no such bytes. */
  deserialize(bytes: Uint8Array): unknown;
}
