import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Installs the rivals' package, which has dependencies of its own, unless that was done before with
 * the same versions.
 *
 * @throws Error when that fails
 */
export function installRivals(): void {
  if (installed()) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', FOLDER], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('The rivals could not be installed; run without them.');
}

/** Names and versions of packages among the rivals', once they are installed. */
export function rivalVersions(names: readonly string[]): string {
  const version = (name: string): string =>
    read(join('node_modules', name, 'package.json')).version;
  return names.map((name) => `${name} ${version(name)}`).join(', ');
}

function installed(): boolean {
  const { dependencies } = read('package.json');
  return Object.entries(dependencies).every(([name, version]) => {
    const manifest = join('node_modules', name, 'package.json');
    return existsSync(join(FOLDER, manifest)) && read(manifest).version === version;
  });
}

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

function read(manifest: string): Manifest {
  // npm's format; what is read of it is there in each of these.
  return JSON.parse(readFileSync(join(FOLDER, manifest), 'utf8')) as Manifest;
}
