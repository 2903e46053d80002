import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('rivals', import.meta.url));

/**
 * Installs the packages that only rivals use, unless that was done before with the same versions.
 * Their peers, Nest among them, are the repository's own.
 *
 * @throws Error when that fails
 */
export function installRivals(): void {
  // npm's format.
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> };
  const isInstalled = Object.entries(dependencies).every(([name, version]) => {
    const manifest = join('node_modules', name, 'package.json');
    return existsSync(join(FOLDER, manifest)) && Reflect.get(read(manifest), 'version') === version;
  });
  if (isInstalled) return;
  const flags = ['ci', '--legacy-peer-deps', '--no-audit', '--no-fund', '--prefix', FOLDER];
  const { status } = spawnSync('npm', flags, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('The packages of the rivals could not be installed.');
}

function read(file: string): object {
  return JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as object;
}
