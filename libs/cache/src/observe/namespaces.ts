import type { KeySelection } from '../keys/key-selection.js';

/** A namespace has at most this many segments. */
const MAX_SEGMENTS = 3;
/** A longer segment is taken for an identifier. */
const LONGEST_SEGMENT = 32;
const MAX_NAMES = 64;
const COLON = 0x3a;
const PERCENT = 0x25;
const ZERO = 0x30;
const NINE = 0x39;
const TILDE = 0x7e;

/** Of keys without a segment that names a group, such as `config` or `user123`. */
const FLAT = '(flat)';
/** Of all names beyond the bound, and of removals of keys in several namespaces. */
export const OTHER = '(other)';
/** Of removals that reach every namespace. */
export const ALL = '(all)';

/**
 * Where the namespace of a key ends: before the first segment that has a digit, `%`, or more than 32
 * characters, and after three segments at most. `0` for a key without any.
 *
 * @param open whether the last segment may go on, as in the literal beginning of a pattern
 */
function endOf(key: string, open: boolean): number {
  let [end, begin, segments] = [0, 0, 0];
  for (let at = 0; at <= key.length; at++) {
    const code = at === key.length ? COLON : key.charCodeAt(at);
    if (code === COLON) {
      if (at === begin || (at === key.length && (open || segments === 0))) return end;
      end = at;
      begin = at + 1;
      if (++segments === MAX_SEGMENTS) return end;
    } else if (
      code === PERCENT ||
      (code >= ZERO && code <= NINE) ||
      at - begin >= LONGEST_SEGMENT
    ) {
      return end;
    }
  }
  return end;
}

/**
 * The namespace of a key: `stats:user` of `stats:user:2:days:30`. Of a private key
 * (`~user:<subject>:…`) that of what follows its subject, so that no caller is named.
 */
export function namespaceOf(key: string): string {
  const own = ofCaller(key);
  const end = endOf(own, false);
  return end === 0 ? FLAT : own.slice(0, end);
}

/** The namespace of what is removed. */
export function namespaceOfSelection(selection: KeySelection): string {
  if (selection.kind === 'all') return ALL;
  if (selection.kind === 'pattern') {
    const literal = ofCaller(selection.glob.literalPrefix.toString());
    const end = endOf(literal, true);
    return end === 0 ? ALL : literal.slice(0, end);
  }
  const names = new Set(selection.keys.map(namespaceOf));
  const [first = FLAT] = names;
  return names.size > 1 ? OTHER : first;
}

/** The key without what names its caller. */
function ofCaller(key: string): string {
  let rest = key;
  while (rest.startsWith('~user:') || rest.startsWith('~vary:')) {
    const end = rest.indexOf(':', 6);
    if (end === -1) return '';
    rest = rest.slice(end + 1);
  }
  return rest;
}

/** A record, and what the keys of its namespace begin with. */
interface Latest<T> {
  readonly begin: string;
  readonly record: T;
}

/** One record for each namespace, at most 64 and `(other)`. */
export class Namespaces<T> {
  readonly #byName = new Map<string, T>();
  /** By a hash of the name, for keys whose namespace nothing names. */
  readonly #byHash = new Map<number, Latest<T> & { readonly name: string }>();

  /** The latest namespace with a colon, as one key is often followed by others of its kind. */
  #last: Latest<T | undefined> = { begin: '', record: undefined };

  constructor(private readonly make: () => T) {}

  /** The record of a name. Cost: one look into a map. */
  named(name: string): T {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const full = this.#byName.size >= MAX_NAMES && name !== ALL && name !== OTHER;
    if (full) return this.named(OTHER);
    const record = this.make();
    this.#byName.set(name, record);
    return record;
  }

  /** The record of a key. Cost: one pass over its namespace. */
  ofKey(key: string): T {
    const { begin, record: last } = this.#last;
    // A segment that begins with a digit ends the namespace before it.
    const code = key.charCodeAt(begin.length);
    const isDigit = code <= NINE && code >= ZERO;
    // Half the time of `startsWith`, for keys that were put together from parts as well.
    // eslint-disable-next-line @typescript-eslint/prefer-string-starts-ends-with
    if (last !== undefined && isDigit && key.slice(0, begin.length) === begin) return last;
    return this.#look(key);
  }

  #look(key: string): T {
    if (key.charCodeAt(0) === TILDE && key.charCodeAt(1) !== TILDE)
      return this.named(namespaceOf(key));
    const end = endOf(key, false);
    if (end === 0) return this.named(FLAT);
    let hash = end;
    for (let at = 0; at < end; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
    const known = this.#byHash.get(hash);
    if (known?.name.length === end && key.startsWith(known.name)) {
      this.#last = known;
      return known.record;
    }
    const name = key.slice(0, end);
    const record = this.named(name);
    if (this.#byHash.size < 2 * MAX_NAMES)
      this.#byHash.set(hash, { name, begin: `${name}:`, record });
    return record;
  }

  entries(): IterableIterator<[string, T]> {
    return this.#byName.entries();
  }
}
