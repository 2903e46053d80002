import { dirname } from 'node:path';
import { codeLines } from './code-lines.js';
import type { RepositoryFile } from './repository-files.js';

/** Files with more lines are split, unless they are listed here with the reason. */
export const LONGEST = 300;

/** A decision is one page, so long that it is read to its end. */
export const DECISION_LINES = 65;
/** As wide as an editor shows it beside another; the rows of tables cannot be wrapped. */
export const DECISION_COLUMNS = 100;
const DECISION = /^docs\/decisions\/.*\.md$/;

/** Sources may hold so many lines of code. Their comments are free: a law must not cost a docstring. */
export const MOST_CODE = 250;
const SOURCE = /^(?:apps|libs)\/[^/]+\/src\/(?!.*\.spec\.ts$).*\.tsx?$/;

export const longFiles: Readonly<Record<string, string>> = {
  'apps/console/src/api/schema.ts': 'generated from the OpenAPI document',
  'libs/cache/README.md': 'its tables of options are generated',
  'package-lock.json': 'written by npm',
  'verify/other-caches/package-lock.json': 'written by npm',
};

/**
 * Hosts of package registries. A lock file or a setting that names one works for its author
 * and for no developer behind another mirror. In pieces, so that this list does not accuse itself.
 */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['registry', 'npmmirror', 'com'],
].map((labels) => labels.join('.'));

/** A home folder. */
const HOME = /(?<![\w.~/-])\/(?:home|Users|root)\/[\w.-]+/;

/** Folders that hold a checkout here and mean something everywhere. */
const STANDARD =
  /^\/(?:tmp|app|code|data|repo|src|srv|opt|usr|var|home|builds?|root|workspace)?(?:\/|$)/;

/** What version control leaves behind when a merge has not been finished. */
const CONFLICT = /^(?:<{7} |>{7} )/m;

export interface TextBreach {
  path: string;
  reason: string;
}

/**
 * Lists what no committed file may contain, whatever its language.
 *
 * @param checkout the folder that this repository lies in; neither it nor its parent is named.
 */
export function findTextBreaches(files: readonly RepositoryFile[], checkout: string): TextBreach[] {
  const places = [checkout.replace(/\/$/, ''), dirname(checkout)]
    .filter((place) => !STANDARD.test(place))
    .map((place) => new RegExp(`(?<![\\w.~/-])${place.replace(/[.+]/g, String.raw`\$&`)}/`));
  return files.flatMap(({ path, text }) => {
    if (isBinary(text)) return [];
    const reasons: string[] = [];
    for (const host of REGISTRY_HOSTS) {
      if (text.includes(host)) reasons.push(`names the registry host ${host}`);
    }
    const machine = [...places, HOME].map((place) => place.exec(text)?.[0]).find((found) => found);
    if (machine !== undefined) reasons.push(`names a path of one machine: ${machine}`);
    if (CONFLICT.test(text)) reasons.push('has an unfinished merge');
    if (DECISION.test(path)) reasons.push(...decisionExcesses(text));
    const length = excessOf({ path, text });
    if (length !== undefined && longFiles[path] === undefined) reasons.push(length);
    return reasons.map((reason) => ({ path, reason }));
  });
}

/** Binary files have no lines and mention nothing. */
const isBinary = (text: string): boolean => text.includes('\0');

function decisionExcesses(text: string): string[] {
  const lines = text.split('\n');
  const length = lines.length - 1;
  const wide = lines.findIndex((line) => line.length > DECISION_COLUMNS && !line.startsWith('|'));
  return [
    ...(length > DECISION_LINES ? [`has ${length} lines, more than ${DECISION_LINES}`] : []),
    ...(wide >= 0 ? [`line ${wide + 1} is wider than ${DECISION_COLUMNS} columns`] : []),
  ];
}

/** What is too long about a file, if anything. */
export function excessOf({ path, text }: RepositoryFile): string | undefined {
  if (isBinary(text)) return undefined;
  const lines = text.split('\n').length - 1;
  if (!SOURCE.test(path)) {
    return lines > LONGEST ? `has ${lines} lines, more than ${LONGEST}` : undefined;
  }
  // Counting code takes parsing, which a short file does not need.
  const code = lines > MOST_CODE ? codeLines(path, text) : lines;
  return code > MOST_CODE ? `has ${code} lines of code, more than ${MOST_CODE}` : undefined;
}
