import { WarnOnce } from '../warn-once.js';

/**
 * What makes a key hard to invalidate or to tell from others, in words, or `undefined`: good keys
 * are hierarchical and specific, like `stats:user:123:days:30`.
 */
export function lintKey(key: string): string | undefined {
  const segments = key.split(':');
  if (segments.length === 1) {
    return 'it is flat: no pattern can remove it with its kin, and it says not what it belongs to';
  }
  if (segments.includes('')) return 'a segment of it is empty';
  const glued = segments.find((segment) => /^[a-z]{2,}\d+([a-z]{2,}\w*)?$/i.test(segment));
  if (glued !== undefined) {
    return `"${glued}" glues a name to a number: write them as two segments`;
  }
  if (/\s/.test(key)) return 'it holds white space';
  return undefined;
}

/** Warns about flat or ambiguous keys, once for each shape of key. */
export class KeyLint {
  readonly #shapes: WarnOnce;

  constructor(warn: (message: string) => void) {
    this.#shapes = new WarnOnce(warn, { most: 1_000 });
  }

  /** As `toKey`, and checks each key. */
  naming<K>(toKey: (id: K) => string): (id: K) => string {
    return (id) => {
      const key = toKey(id);
      this.check(key);
      return key;
    };
  }

  /** What is no key at all is refused by who is asked for it. */
  check(key: string): void {
    if (typeof key !== 'string') return;
    const flaw = lintKey(key);
    if (flaw === undefined) return;
    this.#shapes.warn(
      shapeOf(key),
      `Cache: the key ${key} is hard to live with: ${flaw}. A good one is like stats:user:123:days:30.`,
    );
  }
}

/** Keys that differ in identifiers only have one shape. */
function shapeOf(key: string): string {
  return key.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#').replace(/\d+/g, '#');
}
