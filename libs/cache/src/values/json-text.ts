import { deepFreeze } from './deep-freeze.js';

/** @internal Option of a read that returns a {@link JsonText} instead of a copy. */
export const AS_TEXT: unique symbol = Symbol('AS_TEXT');

const UNPARSED: unique symbol = Symbol('unparsed');
const textsOf = new WeakMap<object, JsonText>();

/**
 * A value and its JSON, each derived from the other at most once. The value is frozen and shared by
 * all readers of the same stored text.
 *
 * If a cached handler answers with one, its text is sent.
 *
 * @typeParam V the value, as JSON
 */
export class JsonText<V = unknown> {
  #text: string | undefined;
  #value: V | typeof UNPARSED;
  #made: Map<unknown, unknown> | undefined;

  private constructor(text: string | undefined, value: V | typeof UNPARSED) {
    this.#text = text;
    this.#value = value === UNPARSED ? value : this.#kept(value);
  }

  /**
   * For a value that JSON represents exactly. Freezes the value and returns the same instance for
   * the same object.
   *
   * @param text its JSON, if known
   */
  static of<V>(value: V, text?: string): JsonText<V> {
    const known = typeof value === 'object' && value !== null ? textsOf.get(value) : undefined;
    // Stored under its own value.
    return (known as JsonText<V> | undefined) ?? new JsonText(text, value);
  }

  /** The JSON. */
  get text(): string {
    return (this.#text ??= JSON.stringify(this.#value));
  }

  /** The value, deeply frozen. */
  get value(): V {
    // Without a value the text was built by this class.
    if (this.#value === UNPARSED) this.#value = this.#kept(JSON.parse(this.text) as V);
    return this.#value;
  }

  /** Whether it is an object or an array, which servers send as JSON. */
  get isStructure(): boolean {
    if (this.#value === UNPARSED) return /^[[{]/.test(this.text);
    return typeof this.#value === 'object' && this.#value !== null;
  }

  /**
   * The result of `make` for the value, computed once and kept with it: a validator, for example.
   * Pass the same function each time, not a new one for each request.
   */
  once<T>(make: (value: V) => T): T {
    this.#made ??= new Map();
    if (!this.#made.has(make)) this.#made.set(make, make(this.value));
    // Made by the same function.
    return this.#made.get(make) as T;
  }

  /**
   * The same with members added at the end, or replaced if the name exists; only they are
   * stringified.
   *
   * @throws TypeError when the value is not an object
   */
  with(members: Readonly<Record<string, unknown>>): JsonText {
    const { value, text } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new TypeError('Only an object takes more members.');
    }
    for (const name in members) {
      if (Object.hasOwn(value, name)) return JsonText.of<unknown>({ ...value, ...members });
    }
    const more = JSON.stringify(members);
    if (more === '{}') return this;
    return new JsonText(text === '{}' ? more : `${text.slice(0, -1)},${more.slice(1)}`, UNPARSED);
  }

  toJSON(): V {
    return this.value;
  }

  #kept(value: V): V {
    deepFreeze(value);
    if (typeof value === 'object' && value !== null) textsOf.set(value, this);
    return value;
  }
}
