import { WarnOnce } from '../episodes.js';

/**
 * Describes why a key is hard to invalidate or ambiguous, or returns `undefined`. Good keys are
 * hierarchical and specific, like `stats:user:123:days:30`.
 */
export function lintKey(key: string): string | undefined {
  const segments = key.split(':');
  if (segments.length === 1) {
    return 'it has no namespace, so no pattern can remove it together with related keys';
  }
  if (segments.includes('')) return 'it has an empty segment';
  const glued = segments.find((segment) => /^[a-z]{2,}\d+([a-z]{2,}\w*)?$/i.test(segment));
  if (glued !== undefined) {
    return `"${glued}" joins a name and a number: write them as two segments`;
  }
  if (/\s/.test(key)) return 'it contains white space';
  return undefined;
}

/** Warns about flat or ambiguous keys, once for each shape of key. */
export class KeyLint {
  readonly #shapes: WarnOnce;

  constructor(warn: (message: string) => void) {
    this.#shapes = new WarnOnce(warn, { most: 1_000 });
  }

  /** Wraps `toKey` and checks each key. */
  naming<K>(toKey: (id: K) => string): (id: K) => string {
    return (id) => {
      const key = toKey(id);
      this.check(key);
      return key;
    };
  }

  /** Invalid keys are ignored here: the operation itself rejects them. */
  check(key: string): void {
    if (typeof key !== 'string') return;
    const flaw = lintKey(key);
    if (flaw === undefined) return;
    this.#shapes.warn(
      shapeOf(key),
      `Cache: the key ${key} is hard to invalidate or ambiguous: ${flaw}. Use one such as stats:user:123:days:30.`,
    );
  }
}

/** Keys that differ only in identifiers have the same shape. */
export function shapeOf(key: string): string {
  return key.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#').replace(/\d+/g, '#');
}
