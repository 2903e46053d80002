import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findInPath } from './executables.js';

const POLICY = '/usr/sbin/policy-rc.d';
const CLUSTERS = '/etc/postgresql-common/createcluster.conf';
const SERVICES: Record<string, string> = {
  'redis-server': 'redis-server.service',
  postgresql: 'postgresql.service',
  pgbouncer: 'pgbouncer.service',
  nginx: 'nginx.service',
};

/** Whether this process may install Debian packages. */
export function canInstallPackages(): boolean {
  return (
    process.getuid?.() === 0 &&
    existsSync('/etc/debian_version') &&
    findInPath('apt-get') !== undefined
  );
}

/**
 * Installs Debian packages without the services that come with them: nothing is started, no
 * database cluster is created and nothing is left to start with the machine. The tests run their
 * own servers from the packages' programs.
 *
 * @throws Error with the end of apt's own output when it fails.
 */
export async function installPackages(packages: readonly string[]): Promise<void> {
  // invoke-rc.d asks this program before it starts a service; 101 means "not allowed".
  const undoPolicy = existsSync(POLICY)
    ? () => undefined
    : replaceFile(POLICY, '#!/bin/sh\nexit 101\n', 0o755);
  let undoClusters = (): void => undefined;
  try {
    await apt('update');
    if (packages.includes('postgresql')) {
      // First the package that owns the setting, then the one that reads it while it installs.
      await apt('install', 'postgresql-common');
      undoClusters = replaceFile(CLUSTERS, 'create_main_cluster = false\n', 0o644);
    }
    await apt('install', ...packages);
    if (existsSync('/run/systemd/system')) {
      const services = packages.flatMap((name) => SERVICES[name] ?? []);
      await run('systemctl', ['disable', '--quiet', ...services]);
    }
  } finally {
    undoClusters();
    undoPolicy();
  }
}

/** Writes a file and returns a function that brings back what was there. */
function replaceFile(path: string, content: string, mode: number): () => void {
  const before = existsSync(path) ? readFileSync(path) : undefined;
  writeFileSync(path, content, { mode });
  return () => {
    if (before === undefined) rmSync(path, { force: true });
    else writeFileSync(path, before);
  };
}

function apt(command: 'update' | 'install', ...packages: string[]): Promise<void> {
  const options = ['-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
  return run('apt-get', [...options, command, ...packages]);
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args.join(' ')} ended with ${String(code)}:\n${output}`));
    });
  });
}
