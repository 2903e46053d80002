import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

interface LockedPackage {
  version?: string;
  dev?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

// Written by npm.
const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as Lock;
const workspaces = ['apps', 'libs'].flatMap((folder) =>
  readdirSync(`${root}/${folder}`).map((name) => `${folder}/${name}`),
);

describe('the workspaces', () => {
  it('the workspaces find all their packages in the root, where the build in dist/ looks for them', () => {
    // npm puts a package into a workspace's own folder when the root has another version of it.
    // The tests would find it there, and the build would load the other version.
    const nested = Object.keys(lock.packages).filter((path) =>
      workspaces.some((workspace) => path.startsWith(`${workspace}/node_modules/`)),
    );
    expect(nested).toEqual([]);
    expect(workspaces.length).toBeGreaterThan(1);
  });

  it('the workspaces keep every package that they need when the development packages are removed', () => {
    const needed = workspaces.flatMap((workspace) =>
      Object.keys(lock.packages[workspace]?.dependencies ?? {}),
    );
    expect(needed.length).toBeGreaterThan(10);
    const removed = needed.filter((name) => lock.packages[`node_modules/${name}`]?.dev === true);
    expect(removed).toEqual([]);
  });

  it('the workspaces have a lock file that `npm ci` accepts on every platform', () => {
    // npm leaves a platform's binary out when the registry cannot serve it at that moment, says
    // nothing, and every later `npm ci` refuses the file. Pin the version before, which is complete.
    const names = new Set(
      Object.keys(lock.packages).map((path) => path.split('node_modules/').pop()),
    );
    const missing = Object.values(lock.packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => !names.has(name));
    expect(missing).toEqual([]);
  });

  it('the workspaces compile with the TypeScript that the import law understands', () => {
    const require = createRequire(import.meta.url);
    // The package's own manifest.
    const { version } = require('typescript/package.json') as { version: string };
    expect(version).toMatch(/^6\./);
  });
});
