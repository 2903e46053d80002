import type { GetOrSetOptions } from './get-or-set-options.js';
import { NO_OPTIONS } from './get-or-set-options.js';
import { AS_TEXT, JsonText } from './json-text.js';

const NONE: unique symbol = Symbol('none');

/**
 * A value as text or bytes, from which each reader gets its own copy. A miss returns such a copy,
 * too, so it equals what the next hit returns: with JSON a `Date` is its ISO string, `NaN` is
 * `null`, a `Map` is `{}`, an own `__proto__` stays an own property.
 */
export class SerialisedValue {
  #firstCopy: unknown;
  #text: JsonText | undefined;

  /**
   * @param firstCopy a copy that already exists, for the first reader
   * @param isJson whether the data is the JSON of the value
   */
  constructor(
    /** JSON text, or the text or bytes of another serializer. */
    readonly data: string | Uint8Array,
    private readonly parse: () => unknown,
    firstCopy: unknown = NONE,
    private readonly isJson = typeof data === 'string',
  ) {
    this.#firstCopy = firstCopy;
  }

  /** Size of the serialised value, before compression. */
  get bytes(): number {
    return typeof this.data === 'string' ? Buffer.byteLength(this.data) : this.data.byteLength;
  }

  /** The value for a reader with these options: its own copy, or the shared one. */
  given(options: GetOrSetOptions): unknown {
    if (options[AS_TEXT] === true) return this.#shared();
    if (this.#firstCopy === NONE) return this.parse();
    const copy = this.#firstCopy;
    this.#firstCopy = NONE;
    return copy;
  }

  /** The value as text, parsed and frozen once. */
  #shared(): JsonText {
    const text = this.isJson ? String(this.data) : undefined;
    return (this.#text ??= JsonText.of(this.given(NO_OPTIONS), text));
  }
}
