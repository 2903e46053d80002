import { deepFreeze } from './deep-freeze.js';

/** @internal Option of a read that wants a {@link JsonText} in place of a copy. */
export const AS_TEXT: unique symbol = Symbol('AS_TEXT');

const UNPARSED: unique symbol = Symbol('unparsed');
const textsOf = new WeakMap<object, JsonText>();

/**
 * A value and its JSON, each made of the other at most once. The value is frozen, and shared by all
 * who read the same stored text.
 *
 * A cached handler's answer that is one is sent as the text that it is.
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
   * Of a value that JSON holds as it is, which is frozen; the same one for the same object.
   *
   * @param text its JSON, where that is known
   */
  static of<V>(value: V, text?: string): JsonText<V> {
    const known = typeof value === 'object' && value !== null ? textsOf.get(value) : undefined;
    // Kept by its own value.
    return (known as JsonText<V> | undefined) ?? new JsonText(text, value);
  }

  /** The JSON. */
  get text(): string {
    return (this.#text ??= JSON.stringify(this.#value));
  }

  /** The value, frozen with everything in it. */
  get value(): V {
    // Without a value it was made of its text, which this class has put together.
    if (this.#value === UNPARSED) this.#value = this.#kept(JSON.parse(this.text) as V);
    return this.#value;
  }

  /** Whether it is an object or a list: what a server answers in JSON. */
  get isStructure(): boolean {
    if (this.#value === UNPARSED) return /^[[{]/.test(this.text);
    return typeof this.#value === 'object' && this.#value !== null;
  }

  /**
   * What `make` makes of the value, made once and kept with it: a validator, for example. Pass the
   * same function each time, not one that is made for each request.
   */
  once<T>(make: (value: V) => T): T {
    this.#made ??= new Map();
    if (!this.#made.has(make)) this.#made.set(make, make(this.value));
    // Made by the same function.
    return this.#made.get(make) as T;
  }

  /**
   * The same with more members at the end, or in the place of those of the same names; only they are
   * stringified.
   *
   * @throws TypeError when the value is no object
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
