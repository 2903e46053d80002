import type { RepositoryFile } from './repository-files.js';

/**
 * Words that make a process a person. The field writes of roles (reader, waiter, relay, replica) and of
 * states (unavailable, pending, acknowledged), and has next to none of these: at most one of them in
 * 10,000 words was counted in the comments of bentocache, BullMQ, cacheable and cockatiel.
 */
const DIALECT =
  /\b(?:nobody|whoever|somebody|everybody|anybody|those[\s*]+who|away|tells?|told|hears?|heard|ow(?:es?|ed))\b/gi;

/** Idioms in which such a word names no process. */
const EXCEPTIONS = /\bright away\b/gi;

/** Hits in 10,000 words that an area may have. */
export const MOST_DIALECT = 1;

/** Each file belongs to the first area whose path it begins with; the root has the others. */
const AREAS = [
  ...['apps/api/src/', 'apps/api/test/', 'libs/cache/src/', 'libs/cache/test/', 'libs/cache/'],
  ...['bench/', 'docs/decisions/', 'docs/', 'test/', 'tools/', 'verify/', ''],
];

/** Areas that are still to be rewritten, and the figure above which none of them may rise again. */
export const toBeRewritten: Readonly<Record<string, number>> = {
  'libs/cache/test/': 86,
  'verify/': 55,
};

export interface Prose {
  readonly area: string;
  readonly words: number;
  /** `path: word in its surroundings`. */
  readonly hits: readonly string[];
  /** Hits in 10,000 words. */
  readonly rate: number;
}

/** Counts the words of comments and documents, and the dialect among them, for each area. */
export function proseOf(files: readonly RepositoryFile[]): Prose[] {
  return AREAS.map((area) => {
    const texts = files
      .filter(({ path }) => AREAS.find((start) => path.startsWith(start)) === area)
      .map(({ path, text }) => ({ path, prose: proseIn(path, text).replace(EXCEPTIONS, '') }));
    const words = texts.map(({ prose }) => prose.match(/\p{L}[\p{L}\p{N}'’-]*/gu)?.length ?? 0);
    const total = words.reduce((sum, count) => sum + count, 0);
    const hits = texts.flatMap(({ path, prose }) =>
      [...prose.matchAll(DIALECT)].map(
        ({ index }) => `${path}: ${prose.slice(Math.max(0, index - 30), index + 30).trim()}`,
      ),
    );
    return { area, words: total, hits, rate: total === 0 ? 0 : (hits.length / total) * 10_000 };
  });
}

/** Comments begin outside of strings; what they quote as code counts, what documents quote does not. */
const STRING_OR_COMMENT =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/.*/g;

function proseIn(path: string, text: string): string {
  if (path.endsWith('.md')) return text.replace(/```[\s\S]*?```|`[^`\n]*`|\]\([^)\n]*\)/g, ' ');
  // Migrations stay as they were applied.
  if (path.endsWith('.lua')) return (text.match(/--.*/g) ?? []).join('\n');
  if (!/\.[cm]?[jt]s$/.test(path)) return '';
  return (text.match(STRING_OR_COMMENT) ?? []).filter((part) => part.startsWith('/')).join('\n');
}
