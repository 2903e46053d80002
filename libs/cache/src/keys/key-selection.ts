import { escapeGlob, Glob } from './glob.js';
import { MAX_KEY_BYTES } from './key-validation.js';

/** What a removal took away, as those are told who may hold copies of it. */
export type KeySelection =
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  /** Whatever matches, and not only what was found: a copy may outlive what it was taken from. */
  | { readonly kind: 'matching'; readonly glob: Glob }
  | { readonly kind: 'all' };

/** Longer lists of keys are told by what they have in common. */
const MAX_LIST_CHARACTERS = 4_096;
/** No key holds a control character. */
const SEPARATOR = '\n';

export const ALL_KEYS: KeySelection = { kind: 'all' };

export function selectKeys(keys: readonly string[]): KeySelection {
  const length = keys.reduce((sum, key) => sum + key.length + 1, 0);
  return length <= MAX_LIST_CHARACTERS ? { kind: 'keys', keys } : beginningAlike(keys);
}

export function selectMatching(glob: Glob): KeySelection {
  return glob.isLiteral
    ? { kind: 'keys', keys: [glob.literalPrefix.toString()] }
    : { kind: 'matching', glob };
}

export function encodeSelection(removed: KeySelection): string {
  if (removed.kind === 'keys') return `k${removed.keys.join(SEPARATOR)}`;
  return removed.kind === 'matching' ? `g${removed.glob.source}` : 'a';
}

/** What cannot be understood may have been anything. */
export function decodeSelection(text: string): KeySelection {
  const rest = text.slice(1);
  if (text.startsWith('k')) return { kind: 'keys', keys: rest.split(SEPARATOR) };
  if (!text.startsWith('g')) return ALL_KEYS;
  try {
    return { kind: 'matching', glob: new Glob(rest) };
  } catch {
    return ALL_KEYS;
  }
}

/** Tells the keys that were, or could have been, removed from the others. */
export function matcherOf(removed: KeySelection): (key: string) => boolean {
  if (removed.kind === 'all') return () => true;
  if (removed.kind === 'keys') {
    const [only, ...others] = removed.keys;
    if (others.length === 0) return (key) => key === only;
    const keys = new Set(removed.keys);
    return (key) => keys.has(key);
  }
  const { glob } = removed;
  const literal = glob.literalPrefix.toString();
  if (glob.isPrefix) return (key) => key.startsWith(literal);
  // Most keys differ in what is literal, and comparing that is cheap.
  return (key) => key.startsWith(literal) && glob.matches(Buffer.from(key));
}

/** Whether a key that begins with one of the prefixes may be among what was removed. */
export function mayMatchPrefix(removed: KeySelection, prefixes: readonly string[]): boolean {
  if (removed.kind === 'all') return prefixes.length > 0;
  if (removed.kind === 'keys') {
    return removed.keys.some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
  }
  const literal = removed.glob.literalPrefix.toString();
  return prefixes.some((prefix) => prefix.startsWith(literal) || literal.startsWith(prefix));
}

function beginningAlike(keys: readonly string[]): KeySelection {
  const [first = '', ...others] = keys;
  let length = first.length;
  for (const key of others) {
    while (!key.startsWith(first.slice(0, length))) length--;
  }
  const pattern = `${escapeGlob(withoutHalf(first.slice(0, length)))}*`;
  if (Buffer.byteLength(pattern) > MAX_KEY_BYTES) return ALL_KEYS;
  return { kind: 'matching', glob: new Glob(pattern) };
}

/** Cut in the middle of a surrogate pair, a text would be none. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
