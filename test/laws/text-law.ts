import { dirname } from 'node:path';
import type { RepositoryFile } from './repository-files.js';

/** Files above this are split, unless they are listed here with the reason. */
export const LONGEST = 300;

export const longFiles: Readonly<Record<string, string>> = {
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
    // Binary files have no lines and mention nothing.
    if (text.includes('\0')) return [];
    const reasons: string[] = [];
    for (const host of REGISTRY_HOSTS) {
      if (text.includes(host)) reasons.push(`names the registry host ${host}`);
    }
    const machine = [...places, HOME].map((place) => place.exec(text)?.[0]).find((found) => found);
    if (machine !== undefined) reasons.push(`names a path of one machine: ${machine}`);
    if (CONFLICT.test(text)) reasons.push('has an unfinished merge');
    const lines = text.split('\n').length - 1;
    if (lines > LONGEST && longFiles[path] === undefined) {
      reasons.push(`has ${lines} lines, more than ${LONGEST}`);
    }
    return reasons.map((reason) => ({ path, reason }));
  });
}
