import { types } from 'node:util';
import type { TextSerializer } from './value-serializer.js';

/** What stands for a value that JSON does not have: an object whose one member has such a name. */
const MARK = '$';
type Tagged = Readonly<Record<string, unknown>>;

/** The tag of a value, or `undefined` for what JSON has. */
function tagged(value: unknown, inner: (part: unknown) => unknown): Tagged | undefined {
  if (value === undefined) return { $undefined: true };
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return undefined;
    return { $number: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (types.isDate(value)) return { $date: value };
  if (types.isMap(value))
    return { $map: Array.from(value, (pair) => pair.map((part) => inner(part))) };
  if (types.isSet(value)) return { $set: Array.from(value, (part) => inner(part)) };
  if (value instanceof URL) return { $url: value.href };
  if (Buffer.isBuffer(value)) return { $buffer: value.toString('base64') };
  if (types.isUint8Array(value)) return { $bytes: Buffer.from(value).toString('base64') };
  return undefined;
}

/** What each tag means. Each throws for what `tagged` has not made. */
const REVIVERS: Readonly<Record<string, (content: unknown) => unknown>> = {
  $undefined: () => undefined,
  $bigint: (content) => BigInt(textOf(content)),
  $number: (content) => Number(textOf(content)),
  $date: (content) => new Date(content === null ? NaN : textOf(content)),
  $map: (content) => new Map(listOf(content).map(pairOf)),
  $set: (content) => new Set(listOf(content).map(revived)),
  $url: (content) => new URL(textOf(content)),
  $buffer: (content) => Buffer.from(textOf(content), 'base64'),
  $bytes: (content) => new Uint8Array(Buffer.from(textOf(content), 'base64')),
  $object: (content) => {
    if (typeof content === 'object' && content !== null) return withRevivedMembers(content);
    throw malformed();
  },
};

/**
 * JSON that keeps `Date`, `Map`, `Set`, `bigint`, `undefined`, `URL`, `Buffer`, `Uint8Array`, `NaN`,
 * the infinities and `-0`, for the option `serializer`. It stays readable in `redis-cli`: a date is
 * `{"$date":"2026-01-31T00:00:00.000Z"}`. Everything else is as with JSON: `toJSON` is honoured, a
 * class is lost, functions are dropped.
 *
 * No data can pass for another type: an object whose only member begins with `$` is stored inside
 * `{"$object":…}`. Values that were stored as plain JSON before stay readable, as plain JSON.
 *
 * Cost: about twice that of JSON for a write, and a walk over the parsed value for a read.
 *
 * The idea is MongoDB's Extended JSON.
 */
export const richJson: TextSerializer = {
  name: 'rich-json',
  encoding: 'text',
  serialize(value) {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new TypeError(`A ${typeof value} has no JSON.`);
    }
    const made = plain(value, '', new Set());
    if (typeof made === 'object' && made !== null && '$undefined' in made) {
      throw new TypeError('The value has no JSON.');
    }
    return JSON.stringify(made);
  },
  deserialize: (text) => revived(JSON.parse(text) as unknown),
};

/** A value of which `JSON.stringify` makes the text. @throws TypeError for a cycle */
function plain(given: unknown, key: string, around: Set<object>): unknown {
  const inner = (part: unknown, at: unknown = ''): unknown =>
    plain(isJson(part) ? part : null, String(at), around);
  if (typeof given !== 'object' || given === null) return tagged(given, inner) ?? given;
  return within(given, around, () => {
    const tag = tagged(given, inner);
    if (tag !== undefined) return tag;
    const value = jsonOf(given, key);
    if (value !== given) return inner(value, key);
    if (Array.isArray(given)) return given.map(inner);
    const members = Object.entries(given).filter(([, part]) => isJson(part));
    // Without a prototype `__proto__` is a name like any other.
    const object = Object.create(null) as Record<string, unknown>;
    for (const [name, part] of members) object[name] = inner(part, name);
    const [first, ...others] = members;
    const passes = others.length === 0 && first?.[0].startsWith(MARK) === true;
    return passes ? { $object: object } : object;
  });
}

/** Rejects a cycle, which would have no end. */
function within<T>(value: object, around: Set<object>, walk: () => T): T {
  if (around.has(value)) throw new TypeError('A value that contains itself has no JSON.');
  around.add(value);
  try {
    return walk();
  } finally {
    around.delete(value);
  }
}

const isJson = (part: unknown): boolean => typeof part !== 'function' && typeof part !== 'symbol';

/** What `JSON.stringify` would see of an object: the result of `toJSON`, and a boxed value without its box. */
function jsonOf(value: object, key: string): unknown {
  const toJSON: unknown = Reflect.get(value, 'toJSON');
  if (typeof toJSON === 'function') return Reflect.apply(toJSON, value, [key]) as unknown;
  return types.isBoxedPrimitive(value) ? value.valueOf() : value;
}

/** The parsed value with its tags replaced, in place. */
function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [name, ...others] = Object.keys(value);
  if (Array.isArray(value) || name?.startsWith(MARK) !== true || others.length > 0) {
    return withRevivedMembers(value);
  }
  // No name that an object inherits begins with `$`.
  const revive = REVIVERS[name];
  if (revive === undefined) throw malformed();
  return revive(Reflect.get(value, name));
}

function withRevivedMembers(value: object): object {
  // Own names only: `__proto__` is one of them if `JSON.parse` has made it.
  for (const name of Object.keys(value)) {
    const part: unknown = Reflect.get(value, name);
    if (typeof part === 'object' && part !== null) Reflect.set(value, name, revived(part));
  }
  return value;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  throw malformed();
}

function listOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  throw malformed();
}

function pairOf(content: unknown): readonly [unknown, unknown] {
  const [key, value, ...others] = listOf(content);
  if (others.length > 0) throw malformed();
  return [revived(key), revived(value)];
}

const malformed = (): SyntaxError => new SyntaxError('This is not text of richJson.');
