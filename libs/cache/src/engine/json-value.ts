/** A value as the store keeps it, and as every reader will see it. */
export interface JsonValue {
  readonly text: string;
  readonly value: unknown;
}

/** Why a value cannot be stored. */
export type Unstorable = 'undefined' | 'unserialisable';

/**
 * Normalises a value once, so that a miss returns exactly what the next hit will return: a `Date`
 * is its ISO string, `NaN` is `null`, a `Map` is `{}`, an own `__proto__` stays an own property.
 *
 * Nothing here throws: a value that JSON cannot hold (cycle, bigint, a throwing `toJSON`) is
 * reported, because the caller still has to answer with it.
 */
export function toJson(value: unknown): JsonValue | Unstorable {
  let text: string | undefined;
  try {
    // Declared as `string`, but functions, symbols and `undefined` really give `undefined`.
    text = JSON.stringify(value);
  } catch {
    return 'unserialisable';
  }
  if (text === undefined) return 'undefined';
  return { text, value: JSON.parse(text) };
}

/** What {@link fromJson} answers for a text that is no JSON. */
export const CORRUPT: unique symbol = Symbol('corrupt');

/** Parses a stored text. Own `__proto__` keys stay own properties and pollute nothing. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return CORRUPT;
  }
}
