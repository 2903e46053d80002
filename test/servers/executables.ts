import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian and its kin, Homebrew and the PostgreSQL packages for other systems install. */
const POSTGRES_ROOTS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt', '/usr'];

/** The full path of a program in `PATH`, or in the folders given instead; or undefined. */
export function findInPath(
  program: string,
  folders = process.env['PATH'] ?? '',
): string | undefined {
  return folders
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

/**
 * The folder that holds `postgres` and `initdb`, or undefined. Most packages keep it out of `PATH`;
 * with several versions the newest is taken.
 */
export function findPostgresDirectory(): string | undefined {
  const inPath = findInPath('initdb');
  if (inPath !== undefined && isExecutable(join(inPath, '..', 'postgres'))) {
    return join(inPath, '..');
  }
  return POSTGRES_ROOTS.flatMap(versionsBelow)
    .sort((left, right) => right.version - left.version)
    .map(({ directory }) => directory)
    .find((directory) =>
      ['initdb', 'postgres'].every((name) => isExecutable(join(directory, name))),
    );
}

function versionsBelow(root: string): { directory: string; version: number }[] {
  return entriesOf(root).flatMap((entry) => {
    const version = /^(?:postgresql@|pgsql-)?(\d+)$/.exec(entry)?.[1];
    return version === undefined
      ? []
      : [{ directory: join(root, entry, 'bin'), version: Number(version) }];
  });
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
