import ts from 'typescript';
import type { RepositoryFile } from './repository-files.js';

/**
 * Words that make a process a person. The field writes of roles (reader, waiter, relay, replica) and of
 * states (unavailable, pending, acknowledged), and has next to none of these: at most one of them in
 * 10,000 words was counted in the comments of bentocache, BullMQ, cacheable and cockatiel.
 */
const DIALECT =
  /\b(?:nobody|whoever|somebody|everybody|anybody|those[\s*]+who|away|tells?|told|(?:un)?hears?|(?:un)?heard|ow(?:es?|ed|ing))\b/gi;

/** Idioms in which such a word names no process. */
const IDIOMS = /\bright away\b/gi;

/** Words of names for which the glossary has the field's term. */
const NAMES =
  /^(?:nobody|whoever|somebody|everybody|anybody|away|tells?|told|untold|(?:un)?hears?|(?:un)?heard|ow(?:es?|ed|ing)|(?:im)?patience|patiently|naps?|seats?|seated|beats?|solitude|insist(?:s|ed)?|obituary|strays?)$/i;

/** A connection to Redis is a client; a link is something else. */
const CLIENT_NAMES = /^links?$/i;
const HAS_CLIENTS = /^(?:libs\/cache|verify)\//;

/** What may be named or said so all the same, and why. */
const EXCEPTIONS: readonly { readonly path: RegExp; readonly words: RegExp }[] = [
  // A relay's state in statistics and journal: the HTTP contract has it.
  {
    path: /outbox\/relay(\.spec)?\.ts$|cache-admin\.dto\.ts$|api\/schema\.ts$|journal-texts\.ts$/,
    words: /^away$/,
  },
  // A user of the operating system.
  { path: /unprivileged-user\.ts$/, words: /^nobody$/ },
  // The fields of the relay's record in Redis.
  { path: /\.lua$/, words: /^beat$/ },
  // This law and its planted breaches.
  { path: /prose-law(\.spec)?\.ts$/, words: /./ },
];

/** Hits in 10,000 words that an area may have. */
export const MOST_DIALECT = 1;

/** Each file belongs to the first area whose path it begins with; the root has the others. */
const AREAS = [
  ...['apps/api/src/', 'apps/api/test/', 'apps/console/'],
  ...['libs/cache/src/', 'libs/cache/test/', 'libs/cache/'],
  'libs/cache-postgres/',
  ...['bench/', 'docs/decisions/', 'docs/', 'test/', 'tools/', 'verify/', ''],
];

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
      .map(({ path, text }) => ({ path, prose: proseIn(path, text).replace(IDIOMS, '') }));
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

/** What the code of some files names and says. */
export interface Wording {
  readonly names: number;
  readonly strings: number;
  /** `path: name or string`. */
  readonly hits: readonly string[];
}

/** Looks for the dialect in names (of files too) and in strings: log lines, errors, titles of tests. */
export function wordingOf(files: readonly RepositoryFile[]): Wording {
  let [names, strings] = [0, 0];
  const hits: string[] = [];
  for (const { path, text } of files) {
    const excused = EXCEPTIONS.filter((exception) => exception.path.test(path));
    const note = (words: readonly string[], what: string): void => {
      const foul = words.filter(
        (word) => !excused.some(({ words: allowed }) => allowed.test(word)),
      );
      if (foul.length > 0) hits.push(`${path}: ${what}`);
    };
    const isNamedSo = (word: string): boolean =>
      NAMES.test(word) || (HAS_CLIENTS.test(path) && CLIENT_NAMES.test(word));
    const code = codeIn(path, text);
    for (const name of [...code.names, path.split('/').at(-1) ?? '']) {
      names++;
      note(wordsOf(name).filter(isNamedSo), name);
    }
    for (const said of code.strings) {
      strings++;
      note(said.replace(IDIOMS, '').match(DIALECT) ?? [], said);
    }
  }
  return { names, strings, hits };
}

/** `#isFresh`, `IS_FRESH` and `is-fresh` have two words each. */
function wordsOf(name: string): string[] {
  return name.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ').split(/[^A-Za-z]+/);
}

/** Comments begin outside of strings; what they quote as code counts, what documents quote does not. */
const STRING_OR_COMMENT =
  /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/.*/g;

/** Files whose comments begin with `#` or `;`. */
const SETTINGS = /(?:^|\/)(?:Dockerfile|\.\w+(?:\.example)?)$|\.ya?ml$/;
const CODE = /\.[cm]?[jt]sx?$/;

function proseIn(path: string, text: string): string {
  if (path.endsWith('.md')) return text.replace(/```[\s\S]*?```|`[^`\n]*`|\]\([^)\n]*\)/g, ' ');
  // Migrations stay as they were applied.
  if (path.endsWith('.lua')) return (text.match(/--.*/g) ?? []).join('\n');
  if (SETTINGS.test(path)) return (text.match(/^\s*[#;].*|\s#\s.*/gm) ?? []).join('\n');
  if (!CODE.test(path)) return '';
  return (text.match(STRING_OR_COMMENT) ?? []).filter((part) => part.startsWith('/')).join('\n');
}

interface Code {
  readonly names: readonly string[];
  readonly strings: readonly string[];
}

function codeIn(path: string, text: string): Code {
  if (path.endsWith('.lua')) {
    const code = text.replace(/--.*/g, '');
    const names = code.replace(LUA_STRING, ' ').match(/[A-Za-z_]\w*/g) ?? [];
    return { names, strings: code.match(LUA_STRING) ?? [] };
  }
  const [names, strings]: [string[], string[]] = [[], []];
  if (!CODE.test(path)) return { names, strings };
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) names.push(node.text);
    else if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
      strings.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { names, strings };
}

const LUA_STRING = /'[^'\n]*'/g;
