/**
 * Packs a library as `npm publish` would: `prepack` builds it. In a copy, because a
 * `libs/cache/dist` that is only there for a moment would change what `nest build` imports.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const NOT_PACKED = ['dist', 'node_modules', 'test'];

/** Writes the tarball of a library of `libs/` into a folder; its path, its files, its size in bytes. */
export function packLibrary(folder, name = 'cache') {
  const library = join(root, 'libs', name);
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(root, '.tmp'), { recursive: true });
  // Two levels below the root, as the library: its tsconfig.json extends the root's.
  const copy = mkdtempSync(join(root, '.tmp/library-'));
  try {
    cpSync(library, copy, {
      recursive: true,
      filter: (path) => !NOT_PACKED.includes(basename(path)) || path.startsWith(`${library}/src`),
    });
    const args = ['pack', '--json', '--pack-destination', folder];
    const output = npm(args, { cwd: copy });
    const [{ filename, files, size }] = Object.values(JSON.parse(output));
    return { path: join(folder, filename), files: files.map(({ path }) => path), size };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Runs npm with the Node that runs this. */
export function npm(args, options) {
  const program = process.env.npm_execpath ?? join(process.execPath, '../npm');
  const [command, first] = program.endsWith('.js') ? [process.execPath, [program]] : [program, []];
  return execFileSync(command, [...first, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
}
