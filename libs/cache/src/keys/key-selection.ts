import { escapeGlob, Glob } from './glob.js';
import { MAX_KEY_BYTES } from './key-validation.js';

/**
 * What a removal covers. It is compiled once from the caller's keys or pattern, and passed to the
 * store, to this process's near cache, and to other processes with copies.
 */
export type KeySelection =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  /** Every key that matches, not only the keys found in the store: a copy may outlive its entry. */
  | { readonly kind: 'pattern'; readonly glob: Glob }
  | { readonly kind: 'all' };

/** Longer lists of keys are sent as a pattern of their common prefix. */
const MAX_LIST_CHARACTERS = 4_096;
/** No key contains a control character. */
const SEPARATOR = '\n';

export const ALL_KEYS: KeySelection = { kind: 'all' };

export function selectKeys(keys: readonly string[]): KeySelection {
  return { kind: 'keys', keys };
}

/**
 * The keys that match. A pattern without wildcards selects one key.
 *
 * @throws CachePatternInvalidError
 */
export function selectPattern(pattern: string): KeySelection {
  const glob = new Glob(pattern);
  return glob.isLiteral ? selectKeys([glob.literalPrefix.toString()]) : { kind: 'pattern', glob };
}

/** A text that is the same exactly for equal selections. */
export function identify(selection: KeySelection): string {
  if (selection.kind === 'all') return 'a';
  if (selection.kind === 'pattern') return `g${selection.glob.source}`;
  return `k${selection.keys.join(SEPARATOR)}`;
}

/** What a store keeps of a removal that a writer made after the commit at `position`. */
export function markOf(selection: KeySelection, position: string): string {
  return `${position}\n${identify(selection)}`;
}

/**
 * The selection, encoded for a message. A list of more than 4 KiB becomes a pattern for all its
 * keys.
 */
export function encodeSelection(selection: KeySelection): string {
  const text = identify(selection);
  if (selection.kind !== 'keys' || text.length <= MAX_LIST_CHARACTERS) return text;
  return identify(alike(selection.keys));
}

/** The selection of a message; everything if it cannot be parsed. */
export function decodeSelection(text: string): KeySelection {
  const rest = text.slice(1);
  if (text.startsWith('k')) return selectKeys(rest.split(SEPARATOR));
  if (!text.startsWith('g')) return ALL_KEYS;
  try {
    return { kind: 'pattern', glob: new Glob(rest) };
  } catch {
    return ALL_KEYS;
  }
}

/** Returns a predicate for selected keys. */
export function matcherOf(selection: KeySelection): (key: string) => boolean {
  if (selection.kind === 'all') return () => true;
  if (selection.kind === 'keys') {
    const [only, ...others] = selection.keys;
    if (others.length === 0) return (key) => key === only;
    const keys = new Set(selection.keys);
    return (key) => keys.has(key);
  }
  const { glob } = selection;
  const literal = glob.literalPrefix.toString();
  if (glob.isPrefix) return (key) => key.startsWith(literal);
  // Comparing the literal prefix is cheap and excludes most keys.
  return (key) => key.startsWith(literal) && glob.matches(Buffer.from(key));
}

/** Whether a key that begins with one of the prefixes may be selected. */
export function mayMatchPrefix(selection: KeySelection, prefixes: readonly string[]): boolean {
  if (selection.kind === 'all') return prefixes.length > 0;
  if (selection.kind === 'keys') {
    return selection.keys.some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
  }
  const literal = selection.glob.literalPrefix.toString();
  return prefixes.some((prefix) => prefix.startsWith(literal) || literal.startsWith(prefix));
}

/** A pattern that covers all these keys. */
function alike(keys: readonly string[]): KeySelection {
  const [first = '', ...others] = keys;
  let length = first.length;
  for (const key of others) {
    while (!key.startsWith(first.slice(0, length))) length--;
  }
  const pattern = `${escapeGlob(withoutHalf(first.slice(0, length)))}*`;
  if (Buffer.byteLength(pattern) > MAX_KEY_BYTES) return ALL_KEYS;
  return { kind: 'pattern', glob: new Glob(pattern) };
}

/** Drops a trailing half of a surrogate pair, which is not valid text. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
