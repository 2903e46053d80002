import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RepositoryFile {
  /** From the root, with forward slashes. */
  path: string;
  text: string;
}

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Every file that is committed or would be by the next `git add`, so that a law fails before the
 * commit and not after it.
 */
export function repositoryFiles(): RepositoryFile[] {
  const list = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    // A container may own the folder as another user than the one that runs the tests.
    { cwd: root, encoding: 'utf8', env: { ...process.env, ...trustEveryFolder } },
  );
  return list
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const trustEveryFolder = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
};
