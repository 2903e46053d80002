import { assertPattern } from './key-validation.js';

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;
const BACKSLASH = 0x5c;

/** One step of a compiled pattern: a literal byte, a set of bytes, any byte, or any run of bytes. */
type Step = number | Uint8Array | 'any' | 'run';

/**
 * A glob with Redis's semantics (`*`, `?`, `[a-z]`, `[^x]`, `\`). Like Redis it matches bytes: `?`
 * is one byte, so `ñ` needs two.
 *
 * Matching never builds a regular expression and backtracks only to the last `*`, so a malicious
 * pattern costs at most length × length, while the time of an equivalent RegExp grows tenfold per
 * star.
 */
export class Glob {
  readonly source: string;
  /** The bytes that every match begins with. */
  readonly literalPrefix: Buffer;
  /** The pattern has no wildcard: it selects one key, {@link literalPrefix}. */
  readonly isLiteral: boolean;
  /** The pattern is a literal followed by one `*`: every key with that prefix matches. */
  readonly isPrefix: boolean;
  readonly #steps: readonly Step[];

  /** @throws CachePatternInvalidError */
  constructor(source: string) {
    assertPattern(source);
    this.source = source;
    this.#steps = compile(Buffer.from(source));
    const literal: number[] = [];
    for (const step of this.#steps) {
      if (typeof step !== 'number') break;
      literal.push(step);
    }
    const wildcards = this.#steps.length - literal.length;
    this.literalPrefix = Buffer.from(literal);
    this.isLiteral = wildcards === 0;
    this.isPrefix = wildcards === 1 && this.#steps.at(-1) === 'run';
  }

  /** Whether the whole of `text` matches. */
  matches(text: Uint8Array): boolean {
    const steps = this.#steps;
    let step = 0;
    let at = 0;
    let resumeStep = -1;
    let resumeAt = 0;
    while (at < text.length) {
      const expected = steps[step];
      if (expected === 'run') {
        resumeStep = ++step;
        resumeAt = at;
      } else if (expected !== undefined && accepts(expected, text[at])) {
        step++;
        at++;
      } else if (resumeStep >= 0) {
        // Backtracking to the last run suffices: an earlier run cannot improve the match.
        step = resumeStep;
        at = ++resumeAt;
      } else {
        return false;
      }
    }
    while (steps[step] === 'run') step++;
    return step === steps.length;
  }
}

function accepts(step: Exclude<Step, 'run'>, byte: number | undefined): boolean {
  if (step === 'any') return true;
  if (byte === undefined) return false;
  return typeof step === 'number' ? step === byte : step[byte] === 1;
}

function compile(pattern: Uint8Array): Step[] {
  const steps: Step[] = [];
  let at = 0;
  while (at < pattern.length) {
    const byte = pattern[at] ?? 0;
    if (byte === STAR) {
      if (steps.at(-1) !== 'run') steps.push('run');
    } else if (byte === QUESTION) {
      steps.push('any');
    } else if (byte === OPEN) {
      const set = new Uint8Array(256);
      at = compileSet(pattern, at + 1, set);
      steps.push(set);
      continue;
    } else if (byte === BACKSLASH && at + 1 < pattern.length) {
      steps.push(pattern[++at] ?? 0);
    } else {
      steps.push(byte);
    }
    at++;
  }
  return steps;
}

/**
 * Parses a `[…]` set as Redis does, oddities included: an unclosed set ends with the pattern, `[a-]`
 * is a range up to `]` that consumes the bracket, and a reversed range is swapped. Returns the
 * position after the set.
 */
function compileSet(pattern: Uint8Array, start: number, set: Uint8Array): number {
  let at = start;
  const negated = pattern[at] === CARET;
  if (negated) at++;
  while (at < pattern.length && pattern[at] !== CLOSE) {
    const byte = pattern[at] ?? 0;
    if (byte === BACKSLASH && at + 1 < pattern.length) {
      set[pattern[++at] ?? 0] = 1;
    } else if (at + 2 < pattern.length && pattern[at + 1] === DASH) {
      addRange(set, byte, pattern[at + 2] ?? 0);
      at += 2;
    } else {
      set[byte] = 1;
    }
    at++;
  }
  if (negated) for (let byte = 0; byte < 256; byte++) set[byte] = set[byte] === 1 ? 0 : 1;
  return at + 1;
}

/** Redis compares range ends as C `char`s, which are signed on x86: 0x80 sorts below 0x00. */
function addRange(set: Uint8Array, from: number, to: number): void {
  const signed = (byte: number): number => (byte << 24) >> 24;
  const low = Math.min(signed(from), signed(to));
  const high = Math.max(signed(from), signed(to));
  for (let value = low; value <= high; value++) set[value & 0xff] = 1;
}

/** Escapes every special byte, so that the pattern matches only the text itself. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]^\\-]/g, '\\$&');
}
