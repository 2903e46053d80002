import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
// npm's own files: their shape is its documented one.
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const manifest = (path: string) =>
  JSON.parse(read(path)) as {
    dependencies: Record<string, string>;
    allowScripts?: Record<string, boolean>;
  };

const document = read('docs/dependencies.md');
const rows = [...document.matchAll(/^\| `([^`]+)` \| (\S+) \|(.*)\|$/gm)].map(
  ([, name = '', version = '', rest = '']) => ({
    name,
    version,
    cells: rest.split('|').map((cell) => cell.trim()),
  }),
);

describe('docs/dependencies.md', () => {
  it('docs/dependencies.md has a row for every production dependency, in the locked version', () => {
    const direct = [
      'apps/api/package.json',
      'apps/console/package.json',
      'libs/cache/package.json',
    ].flatMap((path) => Object.keys(manifest(path).dependencies));
    const locked = [...new Set(direct)]
      .filter((name) => packages[`node_modules/${name}`]?.link !== true)
      .sort()
      .map((name) => ({ name, version: packages[`node_modules/${name}`]?.version }));
    expect(locked.length).toBeGreaterThan(20);
    expect(rows.map(({ name, version }) => ({ name, version }))).toEqual(locked);
  });

  it('docs/dependencies.md says of each what for, and what is known against it', () => {
    const silent = rows.filter(({ cells }) => cells.length !== 2 || cells.includes(''));
    expect(silent).toEqual([]);
  });

  it('docs/dependencies.md names every package of the production tree that brings an install script', () => {
    const line = /^Install scripts in the production tree: (.+)$/m.exec(document)?.[1] ?? '';
    const named = [...line.matchAll(/`(@?[\w-]+\/[\w-]+)`/g)].map(([, name]) => name);
    const bringing = Object.entries(packages)
      .filter(([, { dev, hasInstallScript }]) => dev !== true && hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(named).toEqual(bringing);
    const { allowScripts = {} } = manifest('package.json');
    expect(bringing.filter((name) => allowScripts[name] !== false)).toEqual([]);
  });

  it('docs/dependencies.md describes what the audit command really runs', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(document).toContain(`(\`${scripts['audit'] ?? '?'}\`)`);
  });
});
