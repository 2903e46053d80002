const SEPARATOR = ':';
const ANY = '*';

/**
 * Which keys live together. A template such as `stats:user:*` makes `stats:user:2` the place of all
 * keys that are it or begin with it and a colon. The longest template that fits counts; a key that
 * none fits is a place of its own.
 */
export class Places {
  /** Their segments, the longest first. */
  readonly #templates: readonly (readonly string[])[];

  /** @param templates see `checkedPlaces` */
  constructor(templates: readonly string[]) {
    this.#templates = templates
      .map((template) => template.split(SEPARATOR))
      .sort((a, b) => b.length - a.length);
  }

  placeOf(key: string): string {
    for (const template of this.#templates) {
      const end = endOf(template, key);
      if (end !== undefined) return key.slice(0, end);
    }
    return key;
  }

  /** The place of every key that begins with `literal`; `undefined` if they may have several. */
  placeOfAll(literal: string): string | undefined {
    const segments = literal.split(SEPARATOR);
    for (const template of this.#templates) {
      if (segments.length > template.length) {
        const end = endOf(template, literal);
        if (end !== undefined) return literal.slice(0, end);
      } else if (mayBegin(template, segments)) return undefined;
    }
    return undefined;
  }
}

/** Where the first segments of a key end, if the template fits them. */
function endOf(template: readonly string[], key: string): number | undefined {
  let begin = 0;
  for (const [n, wanted] of template.entries()) {
    if (n > 0 && key[begin - 1] !== SEPARATOR) return undefined;
    const colon = key.indexOf(SEPARATOR, begin);
    const end = colon === -1 ? key.length : colon;
    if (wanted === ANY ? end === begin : key.slice(begin, end) !== wanted) return undefined;
    begin = end + 1;
  }
  return begin - 1;
}

/** Whether a key that begins with these segments, of which the last is cut off, may fit. */
function mayBegin(template: readonly string[], segments: readonly string[]): boolean {
  return segments.every((segment, n) => {
    const wanted = template[n] ?? ANY;
    if (wanted === ANY) return true;
    return n === segments.length - 1 ? wanted.startsWith(segment) : wanted === segment;
  });
}

/**
 * The template that would put what a pattern with this literal beginning selects into one place: by
 * the ids in it; `undefined` without any.
 */
export function templateFor(literal: string): string | undefined {
  const whole = literal.split(SEPARATOR).slice(0, -1);
  const template = whole.map((segment) => (/\d/.test(segment) ? ANY : segment));
  return template.includes(ANY) ? template.join(SEPARATOR) : undefined;
}

/** What is wrong with a template, as the end of a sentence; `undefined` for nothing. */
export function faultOfTemplate(template: unknown): string | undefined {
  if (typeof template !== 'string' || template === '') return 'must be a text such as stats:user:*';
  if (/[{}]/.test(template)) return 'must have no braces, which are the hash tags of the shards';
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f?[\]\\^]/.test(template)) return 'must have no wildcard but *';
  const odd = template.split(SEPARATOR).find((segment) => segment !== ANY && segment.includes(ANY));
  if (odd !== undefined) return 'must have * as a whole segment between colons, and once in it';
  return undefined;
}
