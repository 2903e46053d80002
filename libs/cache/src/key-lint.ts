/** Shapes remembered: beyond this nothing new is reported, so that a lint never grows. */
const MOST_SHAPES = 1_000;

/**
 * What makes a key hard to invalidate or to tell from others, in words, or `undefined`: good keys
 * are hierarchical and specific, like `stats:user:123:days:30`.
 */
export function keyFlaw(key: string): string | undefined {
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
  readonly #shapes = new Set<string>();

  constructor(private readonly warn: (message: string) => void) {}

  check(key: string): void {
    if (this.#shapes.size >= MOST_SHAPES) return;
    const shape = shapeOf(key);
    if (this.#shapes.has(shape)) return;
    this.#shapes.add(shape);
    const flaw = keyFlaw(key);
    if (flaw === undefined) return;
    this.warn(
      `Cache: the key ${key} is hard to live with: ${flaw}. A good one is like stats:user:123:days:30.`,
    );
  }
}

/** Keys that differ in identifiers only have one shape. */
function shapeOf(key: string): string {
  return key.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, '#').replace(/\d+/g, '#');
}
